// Writes docs/FIDELITY.md: what is simulated, what is declared only and why, choices where the facts about Windows are not confirmed, and checks that can be
// switched off. Everything comes from the sources: the marks (src/wdk/not-simulated.ts), the routine tables, the comments that carry `(U)`.
// Part of `npm run gen`; the page is committed and a test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { evaluate } from './lib/evaluate.mjs';
import { filesUnder, root } from './lib/process.mjs';

/** Families for the table of counts: title, names. The first that fits counts. */
const FAMILIES = [
  ['C library', /^[a-z]/],
  ['compiler intrinsics', /^_/],
  ['interlocked and lists', /^(Interlocked|Initialize|Insert|IsList|Append|Pop|Push|Remove)/],
  ['kernel debugger (Dbg, Kd)', /^(Dbg|vDbg|Kd)/],
  ['kernel core (Ke)', /^K[ef]|^Kf|^Hal/],
  ['executive (Ex)', /^Exp?[A-Z]/],
  ['processes and threads (Ps)', /^Ps/],
  ['objects (Ob)', /^Ob/],
  ['memory (Mm)', /^(Mm|Probe)/],
  ['I/O (Io)', /^Io/],
  ['filter manager (Flt)', /^Flt/],
  ['file system library (FsRtl)', /^FsRtl/],
  ['cache manager (Cc)', /^Cc/],
  ['configuration (Cm)', /^Cm/],
  ['security (Se)', /^Sec?[A-Z]/],
  ['power (Po)', /^Po/],
  ['transactions (Tm)', /^Tm/],
  ['event tracing (Etw)', /^Etw/],
  ['run-time library (Rtl)', /^Rtl/],
  ['system services (Zw, Nt)', /^(Zw|Nt)/],
  ['others', /./],
];

/** `(U)` in a comment or message: file -> sentences that carry it. */
export function unconfirmedChoices() {
  const found = [];
  for (const file of filesUnder('src', (f) => /\.(ts|h|c)$/.test(f) && !/\.gen\.ts$/.test(f))) {
    const text = readFileSync(path.join(root, file), 'utf8');
    if (!text.includes('(U)')) continue;
    for (const sentence of sentencesWithMark(text)) found.push({ file, sentence });
  }
  return found.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

/** Comments run over several lines and share lines with code; a mark belongs to the sentence that it stands in. */
export function sentencesWithMark(text) {
  const blocks = [];
  let block = '';
  const end = () => {
    if (block.includes('(U)')) blocks.push(block);
    block = '';
  };
  for (const line of text.split(/\r?\n/)) {
    const whole = /^\s*(?:\/\/|\/?\*+(?!\/))\s?(.*?)(?:\*\/)?\s*$/.exec(line);
    if (whole) block += `${block ? ' ' : ''}${whole[1]}`;
    else {
      end();
      const tail = /(?:\/\/\s|\/\*+\s)(.*\(U\).*?)(?:\*\/)?$/.exec(line) ?? /(["'`])((?:(?!\1).)*\(U\)(?:(?!\1).)*)\1/.exec(line)?.slice(1);
      if (tail) blocks.push(tail[1]);
    }
  }
  end();
  return blocks.flatMap((b) =>
    b
      .split(/(?<=[.!?](?:\s\(U\))?)\s+(?=[A-Z(`])/)
      .filter((s) => s.includes('(U)'))
      .map((s) =>
        s
          .replace(/[\s:]*\(U\)/g, '')
          .replace(/\s+/g, ' ')
          .trim(),
      )
      .filter((s) => s !== '')
      .map((s) => s.charAt(0).toUpperCase() + s.slice(1)),
  );
}

export function fidelityText() {
  const { CHOICES, listDdis, wdkHeaders, notSimulated, REASONS, NOT_YET } = evaluate(`
    export { CHOICES } from './src/base/choices.js';
    export { listDdis } from './src/kernel/ddi-list.js';
    export { wdkHeaders } from './src/wdk/headers.gen.js';
    export { notSimulated, REASONS, NOT_YET } from './src/wdk/not-simulated.js';`);
  const ddis = listDdis(wdkHeaders);
  const count = (list, status) => list.filter((d) => d.status === status).length;
  const rows = new Map(FAMILIES.map(([title]) => [title, []]));
  for (const d of ddis) rows.get(FAMILIES.find(([, re]) => re.test(d.name))[0]).push(d);
  const out = [
    '# What is simulated, and what is not',
    '',
    '<!-- Written by scripts/gen-fidelity.mjs (npm run gen) from the sources. Do not edit. -->',
    '',
    'A run says only what the simulation can show. This page tells its limits; each run ends with those that it touched.',
    '',
    '## Routines',
    '',
    `The headers declare ${ddis.length} routines: ${count(ddis, 'simulated')} are simulated, ${count(ddis, 'inline')} are inline code or macros over simulated ones, ${count(ddis, 'declared')} are`,
    'declared only: a driver that calls one compiles, and the run stops at the call with its name and place, unless the scenario gives a stub for it.',
    '`interlock ddis` lists them one by one.',
    '',
    '| family | simulated | inline | declared only |',
    '|---|---:|---:|---:|',
    ...[...rows]
      .filter(([, l]) => l.length)
      .map(([title, l]) => `| ${title} | ${count(l, 'simulated')} | ${count(l, 'inline')} | ${count(l, 'declared')} |`),
    '',
    '## Declared only, by what is missing',
    '',
    '| missing part of Windows | routines | for example |',
    '|---|---:|---|',
  ];
  const own = ddis.filter((d) => d.status === 'declared' && (d.kind === 'routine' || d.kind === 'intrinsic'));
  for (const reason of REASONS) {
    const names = own.filter((d) => notSimulated(d.name)?.id === reason.id).map((d) => d.name);
    if (names.length) out.push(`| ${reason.what} | ${names.length} | ${examples(names)} |`);
  }
  const later = own.filter((d) => notSimulated(d.name)?.id === NOT_YET.id).map((d) => d.name);
  out.push(`| nothing but work: not yet | ${later.length} | ${examples(later)} |`);
  out.push(
    '',
    '## Unconfirmed choices',
    '',
    'Where public sources do not say what Windows does, the simulation had to choose. Each choice is marked `(U)` in the sources, in the sentence that says it.',
    '',
    '| where | what was chosen |',
    '|---|---|',
    ...unconfirmedChoices().map(({ file, sentence }) => `| \`${file.replace(/^src\//, '')}\` | ${sentence.replaceAll('|', '\\|')} |`),
    '',
    '### Choices that a scenario can make',
    '',
    'Some of them can be taken another way: `machine { choice NAME VALUE; }`. A run lists those that it asked for.',
    '',
    '| name | values, the default first | what is chosen | reference |',
    '|---|---|---|---|',
    ...Object.entries(CHOICES).map(
      ([name, c]) => `| \`${name}\` | ${c.values.map((v) => `\`${v}\``).join(', ')} | ${c.text} | ${c.source} |`,
    ),
    '',
    '## What a run does not check',
    '',
    '* Orders: a run shows one order of the threads; `interlock explore` tries others and says how many.',
    '* Data races are looked for only where the scenario says so (`expect { no race; }`).',
    '* A run that begins at a checkpoint does not check what lies before it.',
    '* IRQL limits that depend on arguments (`_When_`) are checked by the routine itself where it is simulated; the others at every call.',
    '* `interlock check --off RULE` and a comment that suppresses a finding switch a static rule off; the run-time half of a rule reports what it sees in any case.',
    '',
  );
  return out.join('\n');
}

/** Five names from all over the list. */
function examples(names) {
  const step = Math.max(1, Math.floor(names.length / 5));
  return names
    .filter((_, i) => i % step === 0)
    .slice(0, 5)
    .map((n) => `\`${n}\``)
    .join(', ');
}

if (process.argv[1]?.endsWith('gen-fidelity.mjs')) {
  const target = path.join(root, 'docs/FIDELITY.md');
  writeFileSync(target, fidelityText());
}
