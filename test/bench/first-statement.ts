// From source text to the first statement: a driver of 500 and of 5,000 lines is read, checked, lowered, emitted, loaded and booted up to the first statement of
// its DriverEntry, as a launch does. `cold`: in a process of its own (time inside it, and from its start to its end); `warm`: in a process that has launched other
// drivers before; `unchanged`: the same driver again; `edited`: one of ten files of it changed. The peer of the same run: gcc over an equivalent plain C file, checking only (`-fsyntax-only`) and
// making an object (`-O0 -c`), with the start of its process in it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryFiles } from '../../src/base/files.js';
import { UnitStore } from '../../src/c/unit-store.js';
import { createKernel } from '../../src/kernel/boot.js';
import { buildScenario } from '../../src/scenario/build.js';
import { compileImages } from '../../src/scenario/images.js';
import { Session } from '../../src/session/session.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { generateDriver } from './driver-generator.js';

const SCENARIO = 'driver "d" { sources "*.c"; }\nprocess "C:\\\\a.exe" { thread main { Sleep(1); } }\n';
const units = new UnitStore();

/** Milliseconds to the stop on entry. */
function launch(files: Record<string, string>, store: UnitStore | undefined): number {
  const started = performance.now();
  const build = buildScenario('s/s.scenario', {
    files: new MemoryFiles({ ...files, 's/s.scenario': SCENARIO }),
    headers: wdkHeaders,
    ...(store ? { units: store } : {}),
  });
  const errors = build.diagnostics.filter((d) => d.severity === 'error');
  if (errors.length) throw new Error(errors[0].message);
  const session = new Session(build, { debug: true });
  session.stopOnEntry();
  for (;;) {
    const event = session.run(100_000);
    if (event.kind === 'stopped') break;
    if (event.kind === 'ended') throw new Error('the run ended before DriverEntry');
  }
  return performance.now() - started;
}

const PARTS = ['read + parse', 'make kernel', 'lower + emit', 'new Module', 'boot', 'run'] as const;

/** The same in its parts. The session makes its own kernel and finds the image compiled, so the sum has one kernel too many. */
function launchInParts(files: Record<string, string>): number[] {
  const marks = [performance.now()];
  const mark = (): unknown => marks.push(performance.now());
  const build = buildScenario('s/s.scenario', {
    files: new MemoryFiles({ ...files, 's/s.scenario': SCENARIO }),
    headers: wdkHeaders,
    units,
  });
  mark();
  const kernel = createKernel();
  mark();
  const { all } = compileImages(build, kernel, { debug: true, race: false, cleanStops: false });
  mark();
  for (const image of all) new WebAssembly.Module(image.wasm as BufferSource);
  mark();
  const session = new Session(build, { debug: true });
  session.stopOnEntry();
  mark();
  while (session.run(100_000).kind !== 'stopped');
  mark();
  return marks.slice(1).map((t, i) => t - marks[i]);
}

/** The generated driver under names of its own, so that nothing of an earlier launch is the same text. */
const driver = (lines: number, n: number): Record<string, string> => ({ 's/d.c': `// ${n}\n${generateDriver(lines)}` });

/** Ten files: one has the driver, the others routines that it could call. */
const parts = (lines: number, edit: number): Record<string, string> => ({
  ...Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [
      `s/part${i}.c`,
      generateDriver(lines / 10).replace(/\b(DriverEntry|WatchProcess|WatchThread|WatchImage|WatchUnload)\b/g, `$1${i}`),
    ]),
  ),
  's/d.c': `// ${edit}\n${generateDriver(lines / 10)}`,
});

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

const self = fileURLToPath(import.meta.url);
if (process.argv[2] === 'cold') {
  console.log(launch(driver(Number(process.argv[3]), 0), undefined));
  process.exit(0);
}

function cold(lines: number): { inside: number; whole: number } {
  const inside: number[] = [];
  const whole: number[] = [];
  const bundle = coldBundle();
  for (let i = 0; i < 7; i++) {
    const started = performance.now();
    inside.push(Number(execFileSync(process.execPath, [bundle, 'cold', String(lines)], { encoding: 'utf8' })));
    whole.push(performance.now() - started);
  }
  return { inside: median(inside), whole: median(whole) };
}

let bundled: string | undefined;
const folder = mkdtempSync(path.join(tmpdir(), 'first-statement-'));
/** This file as one script with V8's code cache, as the product is started (src/cli/code-cache.ts). */
function coldBundle(): string {
  if (bundled) return bundled;
  const { buildSync } = createRequire(self)('esbuild') as typeof import('esbuild');
  const inner = path.join(folder, 'inner.cjs');
  buildSync({
    entryPoints: [self],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: inner,
    external: ['esbuild'],
    define: { 'import.meta.url': '__url' },
    banner: { js: 'const __url = require("url").pathToFileURL(__filename).href;' },
    logLevel: 'error',
  });
  bundled = path.join(folder, 'outer.cjs');
  writeFileSync(
    bundled,
    `const vm = require('vm'), fs = require('fs');
const code = fs.readFileSync(${JSON.stringify(inner)}, 'utf8'), cache = ${JSON.stringify(path.join(folder, 'cache'))};
const cachedData = fs.existsSync(cache) ? fs.readFileSync(cache) : undefined;
const script = new vm.Script('(function (require, module, exports, __filename, __dirname) {' + code + '\\n})', { filename: ${JSON.stringify(inner)}, cachedData });
process.on('exit', () => { if (!cachedData) fs.writeFileSync(cache, script.createCachedData()); });
const m = { exports: {} };
script.runInThisContext()(require, m, m.exports, ${JSON.stringify(inner)}, ${JSON.stringify(folder)});`,
  );
  execFileSync(process.execPath, [bundled, 'cold', '500']); // fills the cache
  return bundled;
}

function gcc(lines: number, options: string[]): number | undefined {
  const file = path.join(folder, `plain${lines}.c`);
  writeFileSync(file, plainFunctions(lines));
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const started = performance.now();
    const r = spawnSync('gcc', [...options, '-w', file], { encoding: 'utf8' });
    if (r.error || r.status !== 0) return undefined;
    times.push(performance.now() - started);
  }
  return median(times);
}

/** Lists, counters, locks as flags, string copies: what the generated driver does, without its headers; libc's headers stand for those. */
function plainFunctions(lines: number): string {
  const out = [
    '#include <stdio.h>',
    '#include <stdlib.h>',
    '#include <string.h>',
    '#include <time.h>',
    '#include <errno.h>',
    'struct entry { struct entry *next, *prev; unsigned long id, parent; long long created; unsigned threads, images; unsigned short name[64]; };',
    'static struct entry head; static int lock; static unsigned count;',
  ];
  for (let i = 0; out.length < lines; i++)
    out.push(
      `static int handler${i}(struct entry *e, void *buffer, unsigned length) {`,
      '  unsigned n = 0;',
      '  struct entry *p;',
      '  if (e == NULL || buffer == NULL) return -EINVAL;',
      '  lock++;',
      '  for (p = head.next; p != &head; p = p->next) {',
      `    if (p->id == e->id + ${i}) {`,
      '      n += p->threads;',
      '      memcpy(buffer, p->name, length < sizeof(p->name) ? length : sizeof(p->name));',
      '    }',
      '  }',
      '  lock--;',
      '  switch (n) {',
      '    case 0: return -ENOENT;',
      '    case 1: count++; break;',
      `    default: printf("%u entries %d\\n", n, ${i});`,
      '  }',
      '  return (int)n;',
      '}',
      `int (*use${i})(struct entry *, void *, unsigned) = handler${i};`,
    );
  out.push('int main(void) { return 0; }');
  return out.join('\n');
}

try {
  for (let i = 0; i < 12; i++) launch(driver(500, -1 - i), units); // warms the process up on other texts
  console.log(
    'lines   cold in process   cold process   warm   unchanged   edited 1 of 10   gcc -fsyntax-only   gcc -O0 -c   (ms, medians)',
  );
  for (const lines of [500, 5000]) {
    const c = cold(lines);
    const warm: number[] = [];
    for (let i = 0; i < 9; i++) warm.push(launch(driver(lines, i), units));
    const again: number[] = [];
    for (let i = 0; i < 9; i++) again.push(launch(driver(lines, 8), units));
    const edited: number[] = [];
    launch(parts(lines, 0), units);
    for (let i = 1; i < 8; i++) edited.push(launch(parts(lines, i), units));
    const shown = [
      c.inside,
      c.whole,
      median(warm),
      median(again),
      median(edited),
      gcc(lines, ['-fsyntax-only']),
      gcc(lines, ['-O0', '-c', '-o', path.join(folder, 'x.o')]),
    ];
    console.log(`${String(lines).padEnd(7)} ${shown.map((v) => (v === undefined ? 'absent' : v.toFixed(0)).padStart(9)).join('  ')}`);
  }
  console.log(`\nparts of a warm launch   ${PARTS.join('   ')}   (ms, medians; 'unchanged': the second launch of a text)`);
  for (const lines of [500, 5000]) {
    const edited: number[][] = [];
    const unchanged: number[][] = [];
    for (let i = 0; i < 9; i++) {
      edited.push(launchInParts(driver(lines, 100 + i)));
      unchanged.push(launchInParts(driver(lines, 100 + i)));
    }
    for (const [name, runs] of [
      ['new text', edited],
      ['unchanged', unchanged],
    ] as const)
      console.log(
        `${`${lines} ${name}`.padEnd(24)} ${PARTS.map((p, i) =>
          median(runs.map((r) => r[i]))
            .toFixed(1)
            .padStart(p.length),
        ).join('   ')}`,
      );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
