// Findings of the static rules against a ground truth, over checkouts of public drivers that are not part of this repository.
//
//   npx tsx test/corpus/compare.ts CORPUS_DIR SPLIT_CSV GROUND_TRUTH_CSV [--all] [OWNER/NAME:PROJECT ...]
//
// CORPUS_DIR has one folder `<owner>+<name>` for each repository. SPLIT_CSV names the drivers (columns list, repo, path, lang, type), GROUND_TRUTH_CSV the known
// defects (list, repo, file, line, rule, level, description); only rows with list DEV, and FP-TRAP rows of the same repositories, are used. Printed: for each
// driver (and each further project named at the end) whether it compiles and what the rules say, for each ground-truth row whether it was found, missed, or is of a kind that no rule covers. Findings that no
// row explains are listed for a reader to judge; --all lists informative ones too.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, joinPath, normalizePath } from '../../src/base/files.js';
import { RULES, type RuleId } from '../../src/base/rules.js';
import type { SourceFile } from '../../src/base/source.js';
import { DiskFiles } from '../../src/cli/disk-files.js';
import { checkDriver, type Finding } from '../../src/rules/check.js';
import { compileDriver, findDriver } from '../../src/scenario/driver-folder.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { type Row, readCsv } from './csv.js';

/** Which rules answer for a kind of defect, by the words of the ground truth's `rule` column; the first match counts. No rule: not covered. */
const KINDS: readonly (readonly [RegExp, readonly RuleId[]])[] = [
  [/callbacks? still registered|failure path: registry callback|partial registration failure/i, ['not-unregistered']],
  [/registered before|before locks/i, ['registered-too-early']],
  [/NULL deref of optional member/i, ['optional-member']],
  [/R5|guarded mutex in process callback/i, ['synchronizes', 'blocking-call']],
  [/work done for nothing/i, ['slow-work', 'too-long']],
  [/Irql(KeSetEvent|IoApcLte)/i, ['irql-too-high']],
];
const kindOf = (row: Row): readonly RuleId[] => KINDS.find(([words]) => words.test(row.rule))?.[1] ?? [];

interface Checked {
  readonly repo: string;
  readonly path: string;
  readonly errors: number;
  readonly findings: readonly Finding[];
  /** Folder of the project inside the repository. */
  readonly folder: string;
}

const [corpus, splitPath, truthPath, ...flags] = process.argv.slice(2);
if (truthPath === undefined || !existsSync(splitPath) || !existsSync(truthPath)) {
  console.error('usage: compare.ts CORPUS_DIR SPLIT_CSV GROUND_TRUTH_CSV [--all]');
  process.exit(2);
}
const split = readCsv(readFileSync(splitPath, 'utf8')).filter((r) => r.list === 'DEV' && r.lang === 'C');
const repos = new Set(split.map((r) => r.repo));
const truth = readCsv(readFileSync(truthPath, 'utf8')).filter((r) => (r.list === 'DEV' || r.list === 'FP-TRAP') && repos.has(r.repo));
const files = new DiskFiles();
const root = (repo: string): string => joinPath(normalizePath(corpus), repo.replace('/', '+'));

function checkOne(repo: string, path: string): Checked | string {
  const full = joinPath(root(repo), path);
  if (!existsSync(full)) return `${repo} ${path}: not in ${corpus}`;
  const driver = findDriver(full, files);
  if (!driver) return `${repo} ${path}: no driver found`;
  const { units } = compileDriver(driver, { files, headers: wdkHeaders });
  const errors = units.flatMap((u) => u.diagnostics).filter((d) => d.severity === 'error').length;
  return { repo, path, errors, findings: checkDriver({ units }), folder: dirname(path) };
}

/** A file, relative to the repository. */
function fileOf(c: Checked, file: SourceFile): string {
  return joinPath(c.folder, file.path).replace(`${root(c.repo)}/`, '');
}
const lineOf = (f: Finding): number => f.range.file.position(f.range.start).line;

/** `114,119 vs 126-128` -> [114, 119], [126, 128]: every number pair that the text names, widened a little for another reading of the place. */
function rangesOf(text: string): [number, number][] {
  return [...text.matchAll(/(\d+)(?:-(\d+))?/g)].map((m) => [Number(m[1]) - 2, Number(m[2] ?? m[1]) + 2]);
}
/** `Driver.c` and `028 DriverEntry.c` (a word of the folder before the name). */
const fileNamed = (path: string, row: Row): boolean => {
  const words = /^(\d+) (\S+)$/.exec(row.file);
  return words ? path.includes(words[1]) && path.endsWith(`/${words[2]}`) : path.endsWith(row.file);
};

/** Whether the finding is at the place of the row: in its file and lines. `path`: a place on the way to the finding counts too. */
function at(c: Checked, f: Finding, row: Row, path: boolean): boolean {
  const ranges = rangesOf(row.line.replace(/with .*/, ''));
  return [f.range, ...(path ? f.path.map((p) => p.range) : [])].some((r) => {
    const line = r.file.position(r.start).line;
    return fileNamed(fileOf(c, r.file), row) && ranges.some(([a, b]) => line >= a && line <= b);
  });
}

const checked: Checked[] = [];
const more = flags
  .filter((f) => !f.startsWith('--'))
  .map((f) => ({ repo: f.slice(0, f.indexOf(':')), path: f.slice(f.indexOf(':') + 1), type: 'further' }));
for (const r of [...split, ...more] as readonly Row[]) {
  const c = checkOne(r.repo, r.path);
  if (typeof c === 'string') {
    console.log(`-- ${c}`);
    continue;
  }
  checked.push(c);
  const count = (s: string): number => c.findings.filter((f) => f.severity === s).length;
  console.log(
    `${c.errors === 0 ? 'compiles' : `${c.errors} errors`.padEnd(8)} | ${r.type.padEnd(10)} | ${c.repo} ${c.path} | findings: ${count('error')} errors, ${count('warning')} warnings, ${count('information') + count('hint')} informative`,
  );
}

const explained = new Set<Finding>();
console.log('\nground truth:');
for (const row of truth) {
  const wanted = kindOf(row);
  const here = checked.filter((c) => c.repo === row.repo);
  const hits = here.flatMap((c) => c.findings.filter((f) => at(c, f, row, row.list === 'DEV')));
  const label = `${row.repo} ${row.file}:${row.line} [${row.level}] ${row.rule}`;
  if (row.list === 'FP-TRAP') {
    const loud = hits.filter((f) => f.severity === 'error' || f.severity === 'warning');
    console.log(
      `${loud.length ? 'TRAPPED    ' : 'not trapped'} | ${label}${loud.map((f) => `\n              ${f.severity} ${f.rule} line ${lineOf(f)}`).join('')}`,
    );
    continue;
  }
  const right = hits.filter((f) => wanted.includes(f.rule));
  for (const f of right) explained.add(f);
  const verdict = right.length ? 'found      ' : wanted.length ? 'MISSED     ' : 'not covered';
  console.log(
    `${verdict} | ${label}${wanted.length ? ` (${wanted.join(', ')})` : ''}${right.map((f) => `\n              ${f.severity} ${f.rule} line ${lineOf(f)}`).join('')}`,
  );
}

console.log('\nfindings that no row explains:');
for (const c of checked)
  for (const f of c.findings) {
    if (explained.has(f) || (!flags.includes('--all') && f.severity !== 'error' && f.severity !== 'warning')) continue;
    console.log(
      `${f.severity.padEnd(11)} ${f.certainty.padEnd(8)} ${f.rule.padEnd(20)} ${c.repo} ${fileOf(c, f.range.file)}:${lineOf(f)}: ${f.message}`,
    );
  }
console.log(`\n${RULES.length} rules; ${checked.length} drivers, ${checked.filter((c) => c.errors === 0).length} compile`);
