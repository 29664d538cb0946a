// Runs a C text on the real machine (one kernel image, one stack) and, where gcc is present, natively, and gives what it printed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDiagnostic } from '../../../src/base/diagnostic.js';
import { MemoryFiles } from '../../../src/base/files.js';
import { compileUnit } from '../../../src/c/compile-unit.js';
import type { TranslationUnit } from '../../../src/c/tree.js';
import { MAP, PAGE_SIZE, Reason, ROUTINE_BASE, Status, toAddress } from '../../../src/machine/abi.js';
import { compileImage } from '../../../src/machine/compile/compile-image.js';
import type { CompiledImage } from '../../../src/machine/image.js';
import { type ExceptionInfo, Machine } from '../../../src/machine/machine.js';
import { type RoutineDefinition, routineFixedSize } from '../../../src/machine/routine.js';
import { epochWord } from '../../../src/machine/shadow.js';

const PRELUDE =
  'void print(long long v); void printd(double v); void yield_now(void); __declspec(noreturn) void raise(unsigned long code); void raise_continuable(unsigned long code); int native_sum(int n, ...);\n';

export interface CompileTestOptions {
  readonly debug?: boolean;
  /** Race variant: the run's machine has the shadow. */
  readonly race?: boolean;
  readonly cleanStops?: boolean;
  readonly mode?: 'kernel' | 'user';
  /** Other units by file name. */
  readonly more?: Record<string, string>;
  readonly functionBase?: number;
  readonly stepBase?: number;
  readonly start?: number;
  /** An image compiled before, whose functions and variables this one may use. */
  readonly uses?: CompiledImage;
}

const ROUTINES = ['unresolved', 'print', 'printd', 'yield_now', 'raise', 'raise_continuable', 'native_sum'];

export function compileText(text: string, o: CompileTestOptions = {}): CompiledImage {
  return compileUnits(parseText(text, o), o);
}

/** Units of the text and of `o.more`; throws on errors. */
export function parseText(text: string, o: CompileTestOptions = {}): TranslationUnit[] {
  const files = new MemoryFiles({
    'test.c': PRELUDE + text,
    ...Object.fromEntries(Object.entries(o.more ?? {}).map(([n, t]) => [n, PRELUDE + t])),
  });
  const options = { files, builtinHeaders: {}, includePaths: [], defines: {} };
  const units = ['test.c', ...Object.keys(o.more ?? {})].map((n) => compileUnit(n, options));
  const errors = units.flatMap((u) => u.diagnostics).filter((d) => d.severity === 'error');
  if (errors.length) throw new Error(errors.map(formatDiagnostic).join('\n'));
  return units;
}

export function compileUnits(units: readonly TranslationUnit[], o: CompileTestOptions = {}): CompiledImage {
  return compileImage({
    name: 'test',
    mode: o.mode ?? 'kernel',
    units,
    start: o.start ?? (o.mode === 'user' ? 0x10000 : MAP.drivers.start),
    functionBase: o.functionBase ?? 1,
    stepBase: o.stepBase ?? 1,
    debug: o.debug ?? false,
    race: o.race ?? false,
    cleanStops: o.cleanStops ?? false,
    imports: {
      func: (name) => {
        const f = o.uses?.functions.find((x) => x.name === name);
        if (f) return { number: f.number, fixedSize: f.fixedSize, address: toAddress(f.codeOffset) };
        const id = ROUTINES.indexOf(name);
        return id > 0
          ? { number: ROUTINE_BASE + id, fixedSize: routineFixedSize(0), address: toAddress(MAP.nt.start + 16 * id) }
          : undefined;
      },
      data: (name) => {
        const g = o.uses?.globals.find((x) => x.symbol.name === name);
        return g && toAddress(g.offset);
      },
      exported: (name) => name.startsWith('Ke'),
    },
  });
}

export class TestRun {
  readonly output: string[] = [];
  readonly machine: Machine;
  unhandled: ExceptionInfo | undefined;
  readonly routines: readonly RoutineDefinition<never>[];

  constructor(
    readonly image: CompiledImage,
    readonly stackSize = 64 * PAGE_SIZE,
    others: readonly CompiledImage[] = [],
    shadow = false,
  ) {
    const definitions: RoutineDefinition<TestRun>[] = [
      { name: 'unresolved', step: (k, f) => (k.output.push(`unresolved ${k.machine.unresolved(f.fp)?.name}`), Status.Returned) },
      { name: 'print', cost: 0, step: (k, f) => (k.output.push(String(f.i64(0))), Status.Returned) },
      { name: 'printd', cost: 0, step: (k, f) => (k.output.push(double(f.u64(0))), Status.Returned) },
      { name: 'yield_now', cost: 0, step: (k) => (k.machine.requestStop(), Status.Returned) },
      { name: 'raise', cost: 0, step: (k, f) => k.machine.raise(f.u32(0)) },
      {
        name: 'raise_continuable',
        cost: 0,
        step: (k, f) => {
          if (f.pc === 1) return Status.Returned;
          f.pc = 1;
          return k.machine.raise(f.u32(0), { flags: 0 });
        },
      },
      {
        name: 'native_sum',
        cost: 0,
        step: (k, f) => {
          let s = 0;
          for (let i = 1; i <= f.i32(0); i++) s += f.i32(i);
          k.machine.setReturn(s);
          return Status.Returned;
        },
      },
    ];
    this.routines = definitions as never;
    this.machine = new Machine({ host: this as never, shadow });
    const m = this.machine;
    m.loadImages([...others, image]);
    for (const i of [...others, image]) m.mapImage(i);
    m.mem.pages.map(MAP.nt.start, PAGE_SIZE, { executable: true });
    for (let i = 0; i < ROUTINES.length; i++) m.writeCodeEntry(MAP.nt.start + 16 * i, ROUTINE_BASE + i);
    const low = MAP.stacks.start + PAGE_SIZE;
    m.mem.pages.map(low, stackSize, { writable: true });
    m.registers.stackLimit = low;
    this.top = low + stackSize;
  }
  private readonly top: number;

  /** Race variant: everything is done by one thread. */
  startStrand(): void {
    this.machine.registers.epoch = epochWord(1, 1);
  }

  onUnhandled(x: ExceptionInfo): Status {
    this.unhandled = x;
    return this.machine.stop(Reason.BugCheck);
  }

  call(name: string, args: readonly (number | bigint)[] = []): void {
    const f = this.image.functions.find((x) => x.name === name)!;
    this.machine.pushFrame(f.number, args, { prev: 0, base: this.top });
  }

  /** Runs to the end in slices; what it printed, `result` last. */
  run(name = 'main', slice: () => number = () => 50_000_000, args: readonly (number | bigint)[] = [], limit = 5_000_000): string[] {
    this.call(name, args);
    for (let i = 0; i < limit; i++) {
      const reason = this.machine.run(slice());
      if (reason === Reason.Done) {
        this.output.push(`= ${BigInt.asIntN(32, this.machine.registers.returnValue64)}`);
        return this.output;
      }
      if (reason === Reason.BugCheck) {
        this.output.push(`! ${this.unhandled!.code.toString(16)}`);
        return this.output;
      }
      if (reason !== Reason.Fuel) {
        this.output.push(`? ${reason}`);
        return this.output;
      }
    }
    throw new Error('no end');
  }
}

function double(bits: bigint): string {
  const b = new DataView(new ArrayBuffer(8));
  b.setBigUint64(0, bits);
  return b.getFloat64(0).toPrecision(12);
}

export function runText(text: string, o: CompileTestOptions = {}, slice?: () => number): string[] {
  return new TestRun(compileText(text, o)).run('main', slice);
}

export const hasGcc = spawnSync('gcc', ['--version']).status === 0;

const NATIVE = `#include <stdio.h>
#include <stdlib.h>
#include <stdarg.h>
static void print(long long v) { printf("%lld\\n", v); }
static void printd(double v) { if (v != v) printf("NaN\\n"); else printf("%.12g\\n", v); }
static void yield_now(void) {}
static int native_sum(int n, ...) { va_list a; int s = 0; va_start(a, n); while (n--) s += va_arg(a, int); va_end(a); return s; }
#define main test_main
`;

/** Output of the same program under gcc (programs avoid plain `long`). */
export function runNative(text: string, optimize = '-O0'): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'engine-'));
  try {
    writeFileSync(join(dir, 'a.c'), `${NATIVE}${text}\n#undef main\nint main(void) { printf("= %d\\n", test_main()); return 0; }\n`);
    execFileSync(
      'gcc',
      [
        optimize,
        '-w',
        '-fwrapv',
        '-fms-extensions',
        '-mms-bitfields',
        '-fshort-wchar',
        '-fsigned-char',
        '-o',
        join(dir, 'a'),
        join(dir, 'a.c'),
        '-lm',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const out = execFileSync(join(dir, 'a'), { encoding: 'utf8' });
    return out.trimEnd().split('\n');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Doubles compare as numbers. */
export function normalize(lines: readonly string[]): string[] {
  return lines.map((l) => (/^[-\d.e+]+$/.test(l) && /[.e]/.test(l) ? String(Number(Number(l).toPrecision(10))) : l));
}
