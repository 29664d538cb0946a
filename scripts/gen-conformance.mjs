// Writes docs/CONFORMANCE.md: how many facts of the reference the checking drivers assert, which routine is simulated and tested by which of them, and which
// bug check is provoked where. Everything is read from the sources: FACT, MAY_FACT and EXPECT_STOP of test/drivers (test/kernel/facts.ts makes sure that they are
// reached), calls by name, the routine tables, and the two lists in test/conformance. Part of `npm run gen`; a test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { evaluate } from './lib/evaluate.mjs';
import { filesUnder, root } from './lib/process.mjs';

const PAGES = ['ps-routines', 'callbacks', 'scheduler', 'subsystem-processes', 'verification-rules', 'bugchecks'];
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const lines = (file) =>
  read(file)
    .split(/\r?\n/)
    .filter((l) => l && !l.startsWith('#'));

/** `grammar`: test/kernel/facts.ts. */
function checkingDrivers({ badsOf, bugCheckOf, factsOf, withoutComments }) {
  return filesUnder('test/drivers', (f) => f.endsWith('.c') && !/\/(race|verifier)\//.test(f)).map((file) => {
    const text = read(file);
    const facts = factsOf(text);
    const calls = new Set([...withoutComments(text).matchAll(/\b([A-Za-z_]\w+)\s*\(/g)].map((m) => m[1]));
    const stops = [...facts.filter((f) => f.stop), ...badsOf(text), { code: bugCheckOf(text), p1: undefined }];
    return { file: file.replace(/^test\/drivers\//, ''), facts, stops, calls };
  });
}

export function conformanceText() {
  const { listDdis, wdkHeaders, simulatedNames, ...grammar } = evaluate(`
    export { badsOf, bugCheckOf, factsOf, withoutComments } from './test/kernel/facts.js';
    export { listDdis, simulatedNames } from './src/kernel/ddi-list.js';
    export { wdkHeaders } from './src/wdk/headers.gen.js';`);
  const ddis = listDdis(wdkHeaders);
  const status = new Map(ddis.map((d) => [d.name, d.status]));
  const simulated = simulatedNames();
  const drivers = checkingDrivers(grammar);
  const facts = drivers.flatMap((d) => d.facts);
  const testedBy = (name) => {
    const twin = /^(Nt|Zw)/.test(name) ? [`Nt${name.slice(2)}`, `Zw${name.slice(2)}`] : [name];
    const own = drivers.filter((d) => d.calls.has(name)).map((d) => d.file);
    return own.length ? own : drivers.filter((d) => twin.some((n) => d.calls.has(n))).map((d) => d.file);
  };
  const show = (files) =>
    files.length === 0 ? '' : files.slice(0, 4).join(', ') + (files.length > 4 ? ` and ${files.length - 4} more` : '');
  const statusOf = (name) => status.get(name) ?? (simulated.has(name) ? 'simulated' : 'undeclared');

  const out = [
    '# What the checking drivers assert',
    '',
    '<!-- Written by scripts/gen-conformance.mjs (npm run gen) from the sources. Do not edit. -->',
    '',
    'The semantics of the kernel are tested by C drivers that check themselves (`test/drivers`). A **fact** is a statement of the reference on Windows that a driver can',
    'observe, written `FACT("page section words", condition)`; each must be reached, on 1, 2 and 4 processors and under every seed. A **stop** is a wrong use',
    'that must end in a bug check with the four parameters that the reference gives. `npm test` runs a few seeds, `INTERLOCK_SEEDS=20 npm run test:unit` twenty.',
    '',
    `**${facts.length} facts, ${facts.filter((f) => f.stop).length} of them stops with their parameters, in ${drivers.filter((d) => d.facts.length).length} of ${drivers.length} drivers.**`,
    '',
    '| page | section | facts | of them stops |',
    '|---|---|---:|---:|',
  ];
  for (const page of PAGES) {
    const own = facts.filter((f) => f.source.startsWith(`${page} `));
    const sections = new Map();
    for (const f of own) {
      const section = /^\S+ (\d+)/.exec(f.source)?.[1] ?? '';
      sections.set(section, [...(sections.get(section) ?? []), f]);
    }
    for (const [section, list] of [...sections].sort((a, b) => Number(a[0]) - Number(b[0])))
      out.push(`| ${page} | ${section} | ${list.length} | ${list.filter((f) => f.stop).length} |`);
  }
  const others = facts.filter((f) => !PAGES.some((p) => f.source.startsWith(`${p} `)));
  if (others.length) out.push(`| documentation of the routines | | ${others.length} | ${others.filter((f) => f.stop).length} |`);

  const routines = lines('test/conformance/routines.txt').map((l) => l.split(' '));
  const ok = routines.filter(([, , n]) => ['simulated', 'inline'].includes(statusOf(n)));
  out.push(
    '',
    '## Routines that the reference names',
    '',
    `${routines.length} routines; ${ok.length} are simulated or inline code over simulated ones, ${ok.filter(([, , n]) => testedBy(n).length).length} of these are called by a checking driver.`,
    '',
  );
  for (const page of PAGES) {
    const own = routines.filter(([p]) => p === page);
    if (!own.length) continue;
    out.push(`### ${page}`, '', '| section | routine | status | tested by |', '|---|---|---|---|');
    for (const [, section, name] of own) out.push(`| ${section} | \`${name}\` | ${statusOf(name)} | ${show(testedBy(name))} |`);
    out.push('');
  }

  const kernel = ddis.filter((d) => d.kind === 'routine' && d.status === 'simulated');
  const untested = kernel.filter((d) => !testedBy(d.name).length).map((d) => d.name);
  out.push(
    '## All other simulated routines',
    '',
    `Of ${kernel.length} simulated routines that a header declares, ${kernel.length - untested.length} are called by a checking driver. These are not (their tests, where they have one, are in \`test/kernel\`):`,
    '',
    untested.map((n) => `\`${n}\``).join(', '),
    '',
    '## Bug checks',
    '',
    '| section | code | first parameter | name or meaning | provoked by |',
    '|---|---|---|---|---|',
  );
  for (const l of lines('test/conformance/bugchecks.txt')) {
    const [section, code, p1, text, reason] = l.split('|').map((x) => x.trim());
    const wanted = p1.includes('-') ? range(p1) : p1.split(' ').filter(Boolean).map(Number);
    const hits = drivers.filter((d) => d.stops.some((s) => s.code === Number(code) && (!wanted.length || wanted.includes(s.p1))));
    out.push(
      `| ${section} | ${code} | ${p1} | ${text} | ${hits.length ? show(hits.map((d) => d.file)) : reason ? told(reason) : '**missing**'} |`,
    );
  }
  out.push('');
  return out.join('\n');
}
/** Another code than that of the reference is a difference from Windows, and said as such. A path is the test of what takes more than one driver. */
function told(reason) {
  if (reason.startsWith('test/')) return reason;
  return /reported as/.test(reason) ? `differs: ${reason}` : `not applicable: ${reason}`;
}
function range(text) {
  const [a, b] = text.split('-').map(Number);
  return Array.from({ length: b - a + 1 }, (_, i) => a + i);
}

if (process.argv[1]?.endsWith('gen-conformance.mjs')) writeFileSync(path.join(root, 'docs/CONFORMANCE.md'), conformanceText());
