// Public drivers as they lie in checkouts: compiled, run with the scenarios of docs/public-drivers, and what runs and static rules find against a list of known
// defects. Nothing of the drivers is part of this repository. Prints the tables of docs/public-drivers/README.md.
//
//   npx tsx test/corpus/run-drivers.ts CORPUS_DIR SPLIT_CSV GROUND_TRUTH_CSV [--seeds N] [--only WORD] [--race]
//
// CORPUS_DIR has one folder `<owner>+<name>` for each repository; scenarios see it as `<name>` beside them. SPLIT_CSV and GROUND_TRUTH_CSV as for compare.ts.
// --race asks every scenario for `no race` as well. --seeds N runs each scenario N times on 1, 2 and 4 CPUs as well, and says where verdicts or kinds of findings differ.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, type FileProvider, joinPath, normalizePath } from '../../src/base/files.js';
import type { SourceFile } from '../../src/base/source.js';
import { DiskFiles } from '../../src/cli/disk-files.js';
import { checkDriver, type Finding } from '../../src/rules/check.js';
import { buildScenario } from '../../src/scenario/build.js';
import { type CompiledDriverReport, driversToReport, reportDriver } from '../../src/scenario/compile-report.js';
import type { RunReport } from '../../src/scenario/report.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { type Row, readCsv } from './csv.js';

/** Scenarios of each driver, the main one first, by a word of the project's path. */
const SCENARIOS: readonly (readonly [project: string, scenarios: readonly string[]])[] = [
  ['ObCallbackTest', ['obcallback']],
  ['ProcessMonitor/', ['process-monitor', 'process-monitor-no-command-line', 'process-monitor-small-buffer', 'process-monitor-stuck']],
  ['RegistryMonitor/', ['registry-monitor']],
  ['Phase1/', ['vettaiyan-phase1', 'vettaiyan-phase1-driver-load', 'vettaiyan-phase1-full']],
  ['Phase2/', ['vettaiyan-phase2', 'vettaiyan-phase2-full']],
  ['028', ['windows-platform-028']],
  ['014', ['thread-014']],
  ['025', ['work-item-025']],
  ['irpmndrv', ['irpmon']],
  ['Driver/Driver', ['windows-kernel-driver']],
  ['event/wdm', ['event']],
  ['cancel/sys', ['cancel']],
  [
    'fail_driver1',
    ['fail-driver1', 'fail-driver1-read', 'fail-driver1-create', 'fail-driver1-system-control', 'fail-driver1-pnp', 'fail-driver1-power'],
  ],
  ['BludDriver', ['bludedr']],
];
const PIECE = 20_000_000;

/** Files of the scenarios' folder, in which each repository lies under its name. */
class CorpusFiles implements FileProvider {
  private readonly disk = new DiskFiles();
  constructor(
    private readonly folder: string,
    private readonly repositories: ReadonlyMap<string, string>,
    private readonly race: boolean,
  ) {}
  private place(path: string): string {
    const p = normalizePath(path);
    if (!p.startsWith(`${this.folder}/`)) return p;
    const [name, ...rest] = p.slice(this.folder.length + 1).split('/');
    const root = this.repositories.get(name);
    return root === undefined ? p : joinPath(root, rest.join('/'));
  }
  read(path: string): string | undefined {
    const text = this.disk.read(this.place(path));
    return text !== undefined && this.race && path.endsWith('.scenario') ? `${text}\nexpect { no race; }\n` : text;
  }
  list(path: string): readonly string[] | undefined {
    return this.disk.list(this.place(path));
  }
}

/** One thing that a run or a rule says, with the places that it names. */
interface Evidence {
  readonly source: string;
  readonly id: string;
  readonly text: string;
  readonly places: readonly { readonly file: string; readonly line: number }[];
}

interface Driver {
  readonly row: Row;
  readonly compiled: CompiledDriverReport;
  /** In its own units; those of linking show in the runs. */
  readonly errors: number;
  readonly findings: readonly Finding[];
  readonly runs: readonly { readonly scenario: string; readonly report: RunReport }[];
}

const [corpus, splitPath, truthPath, ...flags] = process.argv.slice(2);
if (truthPath === undefined || !existsSync(splitPath) || !existsSync(truthPath)) {
  console.error('usage: run-drivers.ts CORPUS_DIR SPLIT_CSV GROUND_TRUTH_CSV [--seeds N] [--only WORD] [--race]');
  process.exit(2);
}
const option = (name: string): string | undefined => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
const seeds = Number(option('--seeds') ?? 0);
const only = option('--only');

const split = readCsv(readFileSync(splitPath, 'utf8')).filter(
  (r) => r.list === 'DEV' && r.lang === 'C' && /^(WDM|minifilter)$/.test(r.type),
);
const folder = normalizePath(new URL('../../docs/public-drivers', import.meta.url).pathname);
const repositories = new Map(split.map((r) => [r.repo.split('/')[1], joinPath(normalizePath(corpus), r.repo.replace('/', '+'))]));
const files = new CorpusFiles(folder, repositories, flags.includes('--race'));

function build(scenario: string, o: { seed?: number; cpus?: number } = {}) {
  return buildScenario(joinPath(folder, `${scenario}.scenario`), { files, headers: wdkHeaders, ...o });
}
function run(scenario: string, o: { seed?: number; cpus?: number } = {}): RunReport | string {
  const b = build(scenario, o);
  const error = b.diagnostics.find((d) => d.severity === 'error');
  if (error) return error.message;
  const s = new Simulation(b, { debug: false });
  const late = s.diagnostics.find((d) => d.severity === 'error');
  if (late) return late.message;
  while (s.advance(PIECE, false).kind !== 'ended');
  return s.report();
}

const PLACE = /([^\s()']+\.[ch]):(\d+)/g;
const placesIn = (text: string): Evidence['places'] => [...text.matchAll(PLACE)].map((m) => ({ file: m[1], line: Number(m[2]) }));
/** What a run says that is worth a reader's look: findings above information, bug checks. */
function evidenceOfRun(scenario: string, r: RunReport): Evidence[] {
  const all: Evidence[] = r.findings
    .filter((f) => f.severity !== 'information')
    .map((f) => ({
      source: scenario,
      id: f.id,
      text: f.message,
      places: [...(f.place ? [{ file: f.place.file, line: f.place.line }] : []), ...placesIn(`${f.message} ${(f.path ?? []).join(' ')}`)],
    }));
  if (r.bugcheck)
    all.push({
      source: scenario,
      id: `bug check 0x${r.bugcheck.code.toString(16).toUpperCase()}`,
      text: r.bugcheck.explanation || r.bugcheck.name,
      places: [...(r.bugcheck.place ? [r.bugcheck.place] : []), ...placesIn(r.bugcheck.stack.join(' '))],
    });
  return all;
}
const lineOf = (file: SourceFile, at: number): number => file.position(at).line;
function evidenceOfRules(d: Driver): Evidence[] {
  return d.findings
    .filter((f) => f.severity === 'error' || f.severity === 'warning')
    .map((f) => ({
      source: 'check',
      id: f.rule,
      text: f.message,
      places: [f.range, ...f.path.map((p) => p.range)].map((r) => ({ file: r.file.path, line: lineOf(r.file, r.start) })),
    }));
}

const drivers: Driver[] = [];
for (const row of split) {
  const [, scenarios] = SCENARIOS.find(([word]) => row.path.includes(word)) ?? ['', []];
  if (!scenarios.length || (only !== undefined && !row.path.includes(only))) continue;
  if (!existsSync(repositories.get(row.repo.split('/')[1]) ?? '')) {
    console.log(`${row.repo}: not in ${corpus}`);
    continue;
  }
  const b = build(scenarios[0]);
  const block = b.drivers.find((d) => d.block.project?.value.includes(dirname(row.path).split('/').pop() ?? '')) ?? b.drivers[0];
  const { report: compiled } = reportDriver(driversToReport(b.drivers)[b.drivers.indexOf(block)]);
  const runs: { scenario: string; report: RunReport }[] = [];
  for (const scenario of scenarios) {
    const report = run(scenario);
    if (typeof report === 'string') console.log(`${scenario}: ${report}`);
    else runs.push({ scenario, report });
  }
  const errors = block.units.flatMap((u) => u.diagnostics).filter((x) => x.severity === 'error').length;
  drivers.push({ row, compiled, errors, findings: checkDriver({ units: block.units }), runs });
}

// ---------------------------------------------------------------- the table of drivers
console.log('| driver | lines | DDIs: used, simulated, stubbed, declared only | run | what it saw |');
console.log('|---|---|---|---|---|');
for (const d of drivers) {
  const c = d.compiled.counts;
  const { errors } = d;
  const used = d.compiled.ddis.length - c.modelled - c.imported;
  const main = d.runs[0]?.report;
  const saw = main
    ? main.callbacks
        .filter((x) => x.driver === d.compiled.name && x.kind !== 'driver-entry' && x.kind !== 'driver-unload')
        .map((x) => `${x.calls} ${x.function}`)
        .join(', ')
    : '';
  const verdicts = d.runs.map(
    (r) => `${r.report.verdict}${r.report.bugcheck ? ` (${`0x${r.report.bugcheck.code.toString(16).toUpperCase()}`})` : ''}`,
  );
  const unloaded = main?.drivers.find((x) => x.name === d.compiled.name)?.unloaded ? ', unloaded' : '';
  console.log(
    `| ${d.row.repo} \`${d.row.path}\`${errors ? ` **${errors} errors**` : ''} | ${d.compiled.lines} | ${used}, ${c.simulated}, ${c.stubbed}, ${c.declared + c.external} | ${verdicts.join(', ')}${unloaded} | ${saw || 'load and unload'}${main ? `; ${main.output.filter((o) => o.source === 'driver').length} lines of output` : ''} |`,
  );
}
const sum = (f: (d: Driver) => number): number => drivers.reduce((n, d) => n + f(d), 0);
console.log(
  `\n${drivers.length} drivers, ${sum((d) => d.compiled.lines)} lines; ${drivers.filter((d) => d.errors === 0).length} compile without an error; declared only: ${[
    ...new Set(
      drivers.flatMap((d) => d.compiled.ddis.filter((x) => x.status === 'declared' || x.status === 'external').map((x) => x.name)),
    ),
  ]
    .sort()
    .join(', ')}`,
);

// ---------------------------------------------------------------- known defects
const truth = readCsv(readFileSync(truthPath, 'utf8')).filter(
  (r) => r.list === 'DEV' && drivers.some((d) => d.row.repo === r.repo) && !r.file.startsWith('Communication/'), // a driver that is not in the list
);
/** Every number pair that the text names, widened a little for another reading of the place. */
const rangesOf = (text: string): [number, number][] =>
  [...text.matchAll(/(\d+)(?:-(\d+))?/g)].map((m) => [Number(m[1]) - 2, Number(m[2] ?? m[1]) + 2]);
function fileNamed(path: string, row: Row): boolean {
  const words = /^(\d+) (\S+)$/.exec(row.file);
  return words ? path.includes(words[1]) && path.endsWith(words[2]) : path.endsWith(row.file) || row.file.endsWith(`/${path}`);
}
/**
 * Which kinds of evidence can stand for a defect, by the words of its row. Written by hand with the list of defects and the results at hand, so the figure "found" says
 * what a reader would accept as the defect, not what a blind match would give; whatever no row takes is printed as "other findings" to be judged. With a scenario its
 * findings count without a place in the driver's text: the scenario was written to reach that one defect, and the finding names the kernel's side of it.
 */
const KINDS: readonly (readonly [words: RegExp, kinds: RegExp, scenario?: RegExp])[] = [
  [/leak: missing Ob|double reference/i, /^leak-reference/],
  [/leak/i, /^leak-pool/],
  [/unchecked lookup|failure not handled|truncated/i, /^bug check/],
  [/CancelSpinLock/, /^(irql-changed|locks)/, /^fail-driver1-system-control$/],
  [/SpinLock/i, /^(irql-changed|locks)/, /^fail-driver1-read$/],
  [/Irql|IRQL raised/, /^irql/],
  [/LowerDriverReturn/, /^bug check/],
  [/NULL deref/i, /^(optional-member|bug check)/],
  [/length still reported/i, /^irp-information/, /^process-monitor-small-buffer$/],
  [/fails with callbacks still registered/i, /^(not-unregistered|leak-callback|bug check 0xCE)/, /^vettaiyan-phase1-full$/],
  [/failure path: registry callback/i, /^(not-unregistered|leak-callback|leak-device|bug check 0xCE)/, /^vettaiyan-phase2-full$/],
  [/partial registration/i, /^not-unregistered/],
  [/registered before/i, /^registered-too-early/],
  [/work item/i, /^leak-work-item/, /^work-item-025$/],
  [/unload while an IOCTL waits/i, /^(deadlock|unload-pending)/, /^process-monitor-stuck$/],
  [/guarded mutex/i, /^(synchronizes|blocking-call)/],
  [/work done for nothing/i, /^slow-work/],
];
const evidence = new Map(drivers.map((d) => [d, [...d.runs.flatMap((r) => evidenceOfRun(r.scenario, r.report)), ...evidenceOfRules(d)]]));
const explained = new Set<Evidence>();
let found = 0;
console.log('\n| known defect | level | by run | by check |\n|---|---|---|---|');
for (const row of truth) {
  const ranges = rangesOf(row.line.replace(/with .*/, ''));
  const [, kind, scenario] = KINDS.find(([words]) => words.test(row.rule)) ?? [undefined, undefined, undefined];
  const project = drivers.filter((d) => d.row.repo === row.repo);
  const hits = project.flatMap((d) =>
    (evidence.get(d) ?? []).filter(
      (e) =>
        kind?.test(e.id) &&
        (scenario?.test(e.source) || e.places.some((p) => fileNamed(p.file, row) && ranges.some(([a, b]) => p.line >= a && p.line <= b))),
    ),
  );
  for (const h of hits) explained.add(h);
  const list = (es: readonly Evidence[]): string =>
    [...new Set(es.map((e) => (e.source === 'check' ? e.id : `${e.id} (${e.source})`)))].join(', ') || '-';
  const byRun = hits.filter((h) => h.source !== 'check');
  const byCheck = hits.filter((h) => h.source === 'check');
  if (hits.length) found++;
  console.log(`| ${row.file}:${row.line} ${row.rule} | ${row.level} | ${list(byRun)} | ${list(byCheck)} |`);
}
console.log(`\n${truth.length} known defects of these repositories, ${found} found`);

console.log('\nother findings, for a reader to judge:');
for (const d of drivers) {
  const others = (evidence.get(d) ?? []).filter((e) => !explained.has(e));
  const lines = new Set(
    others
      .filter((e) => !/^leak-(callback|device)$/.test(e.id) || !others.some((o) => o !== e && o.id === 'not-unregistered'))
      .map(
        (e) =>
          `${d.row.repo} ${e.source} ${e.id}: ${e.text.replace(/(?:\d+|an?) (?=references? )/, 'n ').replace(/(?<=process )\d+/, 'n')}${e.places[0] ? ` [${e.places[0].file.split('/').pop()}:${e.places[0].line}]` : ''}`,
      ),
  );
  for (const l of lines) console.log(`* ${l}`);
}

// ---------------------------------------------------------------- other seeds and CPUs
if (seeds > 0) {
  console.log('\nother seeds and processors:');
  const kinds = (r: RunReport): string =>
    [...new Set(r.findings.filter((f) => f.severity !== 'information').map((f) => f.id))].sort().join(' ');
  for (const d of drivers)
    for (const { scenario, report } of d.runs) {
      const different: string[] = [];
      let runs = 0;
      for (const cpus of [1, 2, 4])
        for (let seed = 1; seed <= seeds; seed++) {
          const r = run(scenario, { seed, cpus });
          runs++;
          if (typeof r === 'string') different.push(`${cpus} CPUs seed ${seed}: ${r}`);
          else if (r.verdict !== report.verdict || kinds(r) !== kinds(report))
            different.push(
              `${cpus} CPUs seed ${seed}: ${r.verdict}${r.expectations
                .filter((e) => !e.held)
                .map((e) => ` [${e.text}: ${e.reason}]`)
                .join('')} {${kinds(r)}}`,
            );
        }
      console.log(
        `* ${scenario}: ${runs} runs, ${runs - different.length} as with its own seed${different.map((x) => `\n    ${x}`).join('')}`,
      );
    }
}
