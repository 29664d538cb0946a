// Runs driver C code on the core of the kernel: compile, boot without the outer rooms, call DriverEntry in a system thread, run to the end.
// The checking drivers in test/drivers report through DbgPrint and their return value.
import { readdirSync, readFileSync } from 'node:fs';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { attachCore, bootCore, type CoreOptions, createCore } from '../../src/kernel/core-boot.js';
import { kernelImports, registerIrqlLimits } from '../../src/kernel/imports.js';
import type { BugCheckInfo, Kernel, KernelRoutine, RunResult } from '../../src/kernel/kernel.js';
import { KE_GLOBALS, KTHREAD } from '../../src/kernel/layouts.gen.js';
import { buildRoutineTable } from '../../src/kernel/routine-table.js';
import { FRAME, MAP, toAddress } from '../../src/machine/abi.js';
import { compileImage } from '../../src/machine/compile/compile-image.js';
import type { CompiledImage } from '../../src/machine/image.js';
import { Machine } from '../../src/machine/machine.js';
import { coreLists } from './core-lists.js';

const root = new URL('../../', import.meta.url);
const headers: Record<string, string> = {};
for (const f of readdirSync(new URL('src/wdk/', root)))
  if (f.endsWith('.h')) headers[f] = readFileSync(new URL(`src/wdk/${f}`, root), 'utf8');

/** Text of a file below test/drivers. */
export const driverText = (name: string): string => readFileSync(new URL(`test/drivers/${name}`, root), 'utf8');

export interface HarnessOptions extends CoreOptions {
  /** Function that the system thread calls, with (NULL, NULL) like a DriverEntry. */
  readonly entry?: string;
  readonly maxSteps?: number;
  /** Virtual time in steps, default 60 s. */
  readonly maxTime?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly debug?: boolean;
}

export interface HarnessResult {
  readonly k: Kernel;
  readonly image: CompiledImage;
  readonly run: RunResult;
  /** NTSTATUS the entry returned, unsigned; undefined when it did not. */
  readonly status: number | undefined;
  readonly output: readonly string[];
  readonly bugCheck: BugCheckInfo | undefined;
}

const table = buildRoutineTable([
  ...coreLists,
  [
    {
      name: 'TestDriverMain',
      cost: 1,
      step(k, f) {
        if (f.pc === 0) return k.call(f, 1, f.ptr(0), [0, 0]);
        k.trace.event('test.returned', { status: f.result32 });
        return k.returnVoid();
      },
    } satisfies KernelRoutine,
    {
      // (Routine, Context, Priority, Done event): of check.h
      name: 'TestStartThread',
      step(k, f) {
        const thread = newThread(k);
        k.initializeThread(thread, systemProcess(k), {
          start: 'TestThreadMain',
          context: f.ptr(0),
          context2: f.ptr(1),
          priority: f.i32(2),
        });
        // Done goes into the startup frame's fourth argument
        const startup = k.mem.ptr(thread + KTHREAD.KernelStack);
        k.mem.setPtr(startup + FRAME.header + 24, f.ptr(3));
        k.startThread(thread);
        return k.returnVoid();
      },
    } satisfies KernelRoutine,
    {
      name: 'TestThreadMain',
      locals: 1,
      step(k, f) {
        if (f.pc === 0) {
          f.set(0, k.mem.raw.ptr(k.machine.headers.prev(f.fp) + FRAME.header + 24));
          return k.call(f, 1, f.ptr(0), [f.ptr(1)]);
        }
        if (f.get(0) !== 0) k.signalEvent(f.get(0), 1);
        return k.returnVoid();
      },
    } satisfies KernelRoutine,
  ],
]);

const systemProcess = (k: Kernel): number => k.mem.ptr(k.globals.KE + KE_GLOBALS.InitialProcess);
function newThread(k: Kernel): number {
  const thread = k.pool.allocate('nonpaged', KTHREAD.sizeof, 'Thre');
  k.mem.fill(thread, KTHREAD.sizeof);
  return thread;
}

/** Compiles one C text as a driver for this kernel. Throws with the diagnostics when it has errors. */
export function compileDriver(k: Kernel, text: string, options: HarnessOptions = {}): CompiledImage {
  const path = options.name ?? 'driver.c';
  const unit = compileUnit(path, {
    files: new MemoryFiles({ [path]: text, 'check.h': driverText('check.h'), ...options.files }),
    builtinHeaders: headers,
    includePaths: [''],
    defines: { _WIN64: '1', _AMD64_: '1', _M_AMD64: '100', NTDDI_VERSION: '0x0A00000C' },
  });
  const image = compileImage({
    name: 'driver.sys',
    mode: 'kernel',
    units: [unit],
    start: MAP.drivers.start,
    imports: kernelImports(k),
    functionBase: 1,
    stepBase: 1,
    debug: options.debug ?? false,
  });
  const errors = [...unit.diagnostics, ...image.diagnostics].filter((d) => d.severity === 'error');
  if (errors.length) throw new Error(errors.map(formatDiagnostic).join('\n'));
  return image;
}

const idleMachines = new Map<number, Machine>();
/** A machine as good as new: tests run one after the other, and a new one reserves 1.75 GiB. Only for runs whose memory nobody looks at later. */
function borrowMachine(cpus: number): Machine {
  const old = idleMachines.get(cpus);
  if (!old) {
    const machine = new Machine({ cpus });
    idleMachines.set(cpus, machine);
    return machine;
  }
  old.reset();
  old.images.clear();
  return old;
}

/** Images by name, text and variant: routine numbers and addresses are the same in every kernel of this table. */
const compiled = new Map<string, CompiledImage>();

/** Compiles and boots; nothing has run yet. */
export function prepareDriver(text: string, options: HarnessOptions = {}): { k: Kernel; image: CompiledImage } {
  const machine = options.machine ?? new Machine({ cpus: options.cpus ?? 1 });
  const k = createCore({ ...options, machine }, table);
  const key = `${options.name} ${options.debug} ${text}`;
  const known = options.files ? undefined : compiled.get(key);
  const image = known ?? compileDriver(k, text, options);
  if (known) registerIrqlLimits(k, [image]);
  else compiled.set(key, image);
  machine.loadImages([image]);
  bootCore(k);
  machine.mapImage(image);
  const entry = image.functions.find((f) => f.name === (options.entry ?? 'DriverEntry'));
  if (!entry) throw new Error(`no function ${options.entry ?? 'DriverEntry'}`);
  const thread = newThread(k);
  k.initializeThread(thread, systemProcess(k), { start: 'TestDriverMain', context: toAddress(entry.codeOffset) });
  k.startThread(thread);
  return { k, image };
}

/** Another kernel object with the same images, nothing booted: for restoring a checkpoint, or around a machine that is in the middle of a run. */
export function freshKernel(image: CompiledImage, options: HarnessOptions, machine?: Machine): Kernel {
  const used = machine ?? new Machine({ cpus: options.cpus ?? 1 });
  const k = createCore({ ...options, machine: used }, table);
  registerIrqlLimits(k, [image]);
  if (!machine) used.loadImages([image]);
  attachCore(k);
  return k;
}

/** What the driver printed, in order. */
export function outputOf(k: Kernel): string[] {
  const out: string[] = [];
  for (let i = 0; i < k.trace.length; i++) {
    const e = k.trace.get(i);
    if (e.kind === 'ke.output') out.push(String(e.data.text));
  }
  return out;
}

/** Runs to the end. The kernel of the result stays valid until the next run on as many CPUs. */
export function runDriver(text: string, options: HarnessOptions = {}): HarnessResult {
  const machine = options.machine ?? borrowMachine(options.cpus ?? 1);
  const { k, image } = prepareDriver(text, { ...options, machine });
  const run = k.run({ maxSteps: options.maxSteps ?? 4_000_000_000, maxTime: options.maxTime ?? 600_000_000 });
  let status: number | undefined;
  for (let i = 0; i < k.trace.length; i++) {
    const e = k.trace.get(i);
    if (e.kind === 'test.returned') status = Number(e.data.status) >>> 0;
  }
  return { k, image, run, status, output: outputOf(k), bugCheck: run.bugCheck };
}
