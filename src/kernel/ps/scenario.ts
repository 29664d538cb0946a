// The scenario controller: a system thread that works through a list of steps in memory (load drivers, start processes, wait for them, unload), so that what a
// scenario does from outside happens as ordinary, schedulable kernel work and is part of every checkpoint.
import type { Addr, Status } from '../../machine/abi.js';
import { driverNamed, LoadFlag, writeServiceKey } from '../io/driver-load.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, EPROCESS, KPROCESS, PS_GLOBALS, PSP_SCRIPT_STEP } from '../layouts.gen.js';
import { referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { allocateUnicode, readUnicode, sameName } from '../ob/strings.js';
import { newCreateBlock } from './create-process.js';
import { terminateProcess } from './exit.js';
import { toNtPath } from './program.js';
import { systemProcess } from './state.js';
import { activeProcesses } from './system-information.js';
import { startSystemThread } from './system-thread.js';

/** What a scenario does, in order. Times are nanoseconds of virtual time. */
export type ScenarioStep =
  /** The image is the index in `machine.images.images`. */
  | {
      readonly op: 'load-driver';
      readonly name: string;
      readonly imageIndex: number;
      readonly integrityCheck: boolean;
      /** A core driver of the boot, before all others. */
      readonly bootStart?: boolean;
    }
  /** Its service key is there from now on; ZwLoadDriver loads it. */
  | { readonly op: 'register-driver'; readonly name: string; readonly imageIndex: number; readonly integrityCheck: boolean }
  | { readonly op: 'unload-driver'; readonly name: string }
  /** `count` processes one after the other, default 1; each gets its number. */
  | { readonly op: 'start-process'; readonly imagePath: string; readonly commandLine: string; readonly count?: number }
  | { readonly op: 'delay'; readonly ns: number }
  /** Until every process that a start-process step started has ended. */
  | { readonly op: 'wait-processes' }
  /** Ends what they started and waits for that too. */
  | { readonly op: 'end-children' }
  /** A moment for the one who runs the scenario to look (`finally` expectations): the run stops when `stopAt` says so. */
  | { readonly op: 'mark'; readonly name: string };

export interface ScenarioStepResult {
  readonly step: number;
  readonly done: boolean;
  /** NTSTATUS, unsigned. */
  readonly status: number;
}

const OPERATIONS = [
  '',
  'load-driver',
  'unload-driver',
  'start-process',
  'delay',
  'wait-processes',
  'end-children',
  'mark',
  'register-driver',
] as const;
const Operation = {
  LoadDriver: 1,
  UnloadDriver: 2,
  StartProcess: 3,
  Delay: 4,
  WaitProcesses: 5,
  EndChildren: 6,
  Mark: 7,
  RegisterDriver: 8,
} as const;

const stepAt = (k: Kernel, i: number): Addr => k.mem.ptr(k.globals.PS + PS_GLOBALS.Script) + i * PSP_SCRIPT_STEP.sizeof;

/** After boot, before the run: writes the list into memory and starts the controller. */
export function startScenario(k: Kernel, steps: readonly ScenarioStep[]): void {
  const m = k.mem;
  const table = k.pool.allocate('nonpaged', Math.max(1, steps.length) * PSP_SCRIPT_STEP.sizeof, 'PsSc');
  m.fill(table, Math.max(1, steps.length) * PSP_SCRIPT_STEP.sizeof);
  m.setPtr(k.globals.PS + PS_GLOBALS.Script, table);
  m.setU32(k.globals.PS + PS_GLOBALS.ScriptLength, steps.length);
  m.setU32(k.globals.PS + PS_GLOBALS.ScriptDone, 0);
  steps.forEach((s, i) => {
    const at = stepAt(k, i);
    m.setU32(at + PSP_SCRIPT_STEP.Operation, OPERATIONS.indexOf(s.op));
    if (s.op === 'delay') m.setI64(at + PSP_SCRIPT_STEP.Time, BigInt(Math.round(s.ns / 100)));
    const name = s.op === 'start-process' ? toNtPath(s.imagePath) : 'name' in s ? s.name : '';
    allocateUnicode(k, at + PSP_SCRIPT_STEP.Name, name, 'PsSc');
    if (s.op === 'start-process') {
      allocateUnicode(k, at + PSP_SCRIPT_STEP.CommandLine, s.commandLine, 'PsSc');
      m.setU32(at + PSP_SCRIPT_STEP.Count, s.count ?? 1);
    }
    if (s.op === 'load-driver' || s.op === 'register-driver') {
      m.setI32(at + PSP_SCRIPT_STEP.ImageIndex, s.imageIndex);
      m.setU32(
        at + PSP_SCRIPT_STEP.Flags,
        (s.integrityCheck ? LoadFlag.IntegrityCheck : 0) | ('bootStart' in s && s.bootStart ? LoadFlag.BootStart : 0),
      );
    }
  });
  startSystemThread(k, 'scenario', 'PspScenarioController', 0, 12);
}

/** The controller has worked through its list. */
export const scenarioDone = (k: Kernel): boolean => k.mem.u32(k.globals.PS + PS_GLOBALS.ScriptDone) !== 0;

export function scenarioResults(k: Kernel): ScenarioStepResult[] {
  const count = k.mem.u32(k.globals.PS + PS_GLOBALS.ScriptLength);
  return Array.from({ length: count }, (_, i) => ({
    step: i,
    done: k.mem.u32(stepAt(k, i) + PSP_SCRIPT_STEP.State) === 2,
    status: k.mem.u32(stepAt(k, i) + PSP_SCRIPT_STEP.Status),
  }));
}

/** The driver of the scenario whose image has this name: what IopLoadDriver wants to know; undefined: there is none. */
export function driverOfScenario(k: Kernel, name: string): { readonly imageIndex: number; readonly flags: number } | undefined {
  for (let i = 0; i < k.mem.u32(k.globals.PS + PS_GLOBALS.ScriptLength); i++) {
    const at = stepAt(k, i);
    const operation = k.mem.u32(at + PSP_SCRIPT_STEP.Operation);
    if (operation !== Operation.LoadDriver && operation !== Operation.RegisterDriver) continue;
    if (sameName(readUnicode(k, at + PSP_SCRIPT_STEP.Name), name))
      return { imageIndex: k.mem.i32(at + PSP_SCRIPT_STEP.ImageIndex), flags: k.mem.u32(at + PSP_SCRIPT_STEP.Flags) };
  }
  return undefined;
}

/** Step that runs now (or next), -1 when all are done: `mark` steps are recognised by it. */
export function currentScenarioStep(k: Kernel): number {
  return scenarioResults(k).find((r) => !r.done)?.step ?? -1;
}

const ended = (k: Kernel, process: Addr): boolean => k.mem.i32(process + KPROCESS.Header + DISPATCHER_HEADER.SignalState) !== 0;

/** A process that has not ended: those of process blocks, or all but System. */
function running(k: Kernel, all: boolean): Addr {
  return (
    activeProcesses(k).find((p) => p !== systemProcess(k) && !ended(k, p) && (all || k.mem.u32(p + EPROCESS.ScenarioProcess) !== 0)) ?? 0
  );
}

// Locals of the controller: 0 step, 1 status, 2 and 3 handles, 4 driver, 5 process waited for, 6 time, 7 number of the process that starts.
const NUMBER = 7;
const WAIT_PC = 20;
const DONE_PC = 30;

function begin(k: Kernel, f: Frame, at: Addr): Status {
  const m = k.mem;
  const name = readUnicode(k, at + PSP_SCRIPT_STEP.Name);
  m.setU32(at + PSP_SCRIPT_STEP.State, 1);
  const operation = m.u32(at + PSP_SCRIPT_STEP.Operation);
  k.event('scenario.step', { step: f.get(0), operation: OPERATIONS[operation] ?? '', name });
  switch (operation) {
    case Operation.LoadDriver:
      return k.call(f, DONE_PC, 'IopLoadDriver', [
        at + PSP_SCRIPT_STEP.Name,
        m.i32(at + PSP_SCRIPT_STEP.ImageIndex),
        m.u32(at + PSP_SCRIPT_STEP.Flags),
        f.localAddress(4),
      ]);
    case Operation.RegisterDriver:
      writeServiceKey(k, name, name, m.u32(at + PSP_SCRIPT_STEP.Flags));
      return finish(k, f, NT.SUCCESS);
    case Operation.UnloadDriver: {
      const driver = driverNamed(k, name);
      return driver === 0 ? finish(k, f, NT.OBJECT_NAME_NOT_FOUND) : k.call(f, DONE_PC, 'IopUnloadDriver', [driver]);
    }
    case Operation.StartProcess:
      f.set(NUMBER, 0);
      return startOne(k, f, at);
    case Operation.Delay:
      f.set(6, -m.ptr(at + PSP_SCRIPT_STEP.Time));
      if (f.get(6) === 0) return finish(k, f, NT.SUCCESS);
      return k.wait(f, DONE_PC + 1, { reason: WaitReason.DelayExecution, timeout: BigInt(f.get(6)) });
    case Operation.WaitProcesses:
    case Operation.EndChildren:
      return waitNext(k, f, operation === Operation.EndChildren);
    default:
      return finish(k, f, NT.SUCCESS);
  }
}

/** The next of the processes of a start-process step. */
function startOne(k: Kernel, f: Frame, at: Addr): Status {
  const block = newCreateBlock(k, {
    parent: systemProcess(k),
    imagePath: readUnicode(k, at + PSP_SCRIPT_STEP.Name),
    commandLine: readUnicode(k, at + PSP_SCRIPT_STEP.CommandLine),
    suspended: false,
    scenarioNumber: f.get(NUMBER),
  });
  if (block === 0) return started(k, f, NT.INSUFFICIENT_RESOURCES);
  f.set(2, 0);
  f.set(3, 0);
  return k.call(f, 10, 'PspCreateUserProcess', [block, 1, f.localAddress(2), f.localAddress(3)]);
}

/** One more was started, or refused by a callback, or there was no room: then the rest is given up. */
function started(k: Kernel, f: Frame, status: number): Status {
  const at = stepAt(k, f.get(0));
  const wanted = k.mem.u32(at + PSP_SCRIPT_STEP.Count);
  if (status === NT.NO_MEMORY || status === NT.INSUFFICIENT_RESOURCES) {
    const name = readUnicode(k, at + PSP_SCRIPT_STEP.Name);
    k.event('scenario.limit', { what: 'process', name, started: f.get(NUMBER), wanted, status: status >>> 0 });
    return finish(k, f, status);
  }
  f.set(NUMBER, f.get(NUMBER) + 1);
  return f.get(NUMBER) < wanted ? startOne(k, f, at) : finish(k, f, status);
}

function waitNext(k: Kernel, f: Frame, all: boolean): Status {
  const process = running(k, all);
  if (process === 0) return finish(k, f, NT.SUCCESS);
  if (all) terminateProcess(k, process, 0);
  referenceObject(k, process);
  f.set(5, process);
  return k.wait(f, WAIT_PC, { object: process, reason: WaitReason.Executive });
}

function finish(k: Kernel, f: Frame, status: number): Status {
  const at = stepAt(k, f.get(0));
  k.mem.setU32(at + PSP_SCRIPT_STEP.State, 2);
  k.mem.setI32(at + PSP_SCRIPT_STEP.Status, status);
  k.event('scenario.step-done', { step: f.get(0), status: status >>> 0 });
  f.set(0, f.get(0) + 1);
  return next(k, f);
}

function next(k: Kernel, f: Frame): Status {
  if (f.get(0) < k.mem.u32(k.globals.PS + PS_GLOBALS.ScriptLength)) return begin(k, f, stepAt(k, f.get(0)));
  k.mem.setU32(k.globals.PS + PS_GLOBALS.ScriptDone, 1);
  k.event('scenario.done', {});
  k.machine.requestStop();
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  {
    name: 'PspScenarioController',
    locals: 8,
    step(k, f) {
      switch (f.pc) {
        case 0:
          return next(k, f);
        case 10:
          f.set(1, f.result32 | 0);
          return f.get(2) === 0 ? started(k, f, f.get(1)) : k.call(f, 11, 'ObCloseHandle', [f.get(2), 0]);
        case 11:
          return f.get(3) === 0 ? started(k, f, f.get(1)) : k.call(f, 12, 'ObCloseHandle', [f.get(3), 0]);
        case 12:
          return started(k, f, f.get(1));
        case WAIT_PC:
          return k.call(f, WAIT_PC + 1, 'ObfDereferenceObject', [f.get(5)]);
        case WAIT_PC + 1:
          return waitNext(k, f, k.mem.u32(stepAt(k, f.get(0)) + PSP_SCRIPT_STEP.Operation) === Operation.EndChildren);
        case DONE_PC + 1:
          return finish(k, f, NT.SUCCESS);
        default:
          return finish(k, f, f.result32 | 0);
      }
    },
  },
];
