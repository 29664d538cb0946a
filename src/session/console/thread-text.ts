// The pieces of !thread and !process that several commands print.
import type { Range } from '../../base/source.js';
import { ERESOURCE, ETHREAD, KMUTANT, KPROCESS, KSEMAPHORE, KTHREAD } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import type { StackFrame } from '../../machine/walk.js';
import type { MachineView } from '../inspect/machine-view.js';
import { address } from '../inspect/reader.js';
import { stateText, type Wait, waitsOf } from '../inspect/waits.js';

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');
const CLOCK_MS = 15.625;

export function cid(v: MachineView, thread: Addr): string {
  return `${hex4(v.pid(v.processOf(thread)))}.${hex4(v.tid(thread))}`;
}

/** `THREAD fffff800`04001000  Cid 0024.0028  Teb: ... Win32Thread: ... WAIT: (Executive) KernelMode Non-Alertable` */
export function threadLine(v: MachineView, thread: Addr): string {
  const teb = v.mem.ptr(thread + KTHREAD.Teb);
  return `THREAD ${address(thread)}  Cid ${cid(v, thread)}  Teb: ${address(teb)} Win32Thread: ${address(0)} ${stateText(v, thread)}`;
}

/** `    fffff800`01001000  Mutant - owning thread fffff800`04003000 (36.44 lock.exe!second)` */
export function waitLines(v: MachineView, thread: Addr): string[] {
  return waitsOf(v, thread).map((w) => {
    const owners = w.owners.length ? ` - owning thread ${w.owners.map((o) => `${address(o)} (${v.threadName(o)})`).join(', ')}` : '';
    return `    ${address(w.object)}  ${w.type}${limit(v, w)}${w.type === 'Thread' ? '' : owners}${w.name ? `  ${w.name}` : ''}`;
  });
}

function limit(v: MachineView, w: Wait): string {
  if (w.type === 'Semaphore') return ` Limit 0x${v.mem.u32(w.object + KSEMAPHORE.Limit).toString(16)}`;
  if (w.type === 'ERESOURCE') return ` Contention Count = ${v.mem.u32(w.object + ERESOURCE.ContentionCount)}`;
  if (w.type === 'Mutant' && v.mem.ptr(w.object + KMUTANT.OwnerThread) === 0) return ' - not owned';
  return '';
}

/** Steps of virtual time as `00:00:00.015`. */
export function timeText(v: MachineView, steps: number): string {
  const ms = Math.floor((steps * v.kernel.config.stepNs) / 1e6);
  const part = (n: number, width = 2): string => String(n).padStart(width, '0');
  return `${part(Math.floor(ms / 3_600_000))}:${part(Math.floor(ms / 60_000) % 60)}:${part(Math.floor(ms / 1000) % 60)}.${part(ms % 1000, 3)}`;
}

/** Everything between the wait objects and the stack. */
export function threadDetails(v: MachineView, thread: Addr): string[] {
  const { mem } = v;
  const process = v.processOf(thread);
  const now = Math.max(...v.target.machine.cpus.map((c) => c.time));
  const ticks = (steps: number): number => Math.floor((steps * v.kernel.config.stepNs) / 1e6 / CLOCK_MS);
  const since = mem.ptr(thread + KTHREAD.WaitTime);
  const start = mem.ptr(thread + KTHREAD.StartRoutine);
  const win32 = mem.ptr(thread + ETHREAD.Win32StartAddress);
  const field = (name: string, value: string): string => `    ${name.padEnd(25)} ${value}`;
  const name = (a: Addr): string =>
    a > 0 && v.threadFunction(thread) ? `${v.imageName(process)}!${v.threadFunction(thread)}` : v.codeName(a);
  const attached = mem.u8(thread + KTHREAD.ApcStateIndex) ? mem.ptr(thread + KTHREAD.ApcState + 0x20) : 0;
  return [
    '    Not impersonating',
    field('Owning Process', `${address(process)}       Image:         ${v.imageName(process)}`),
    field(
      'Attached Process',
      attached === 0 ? 'N/A            Image:         N/A' : `${address(attached)}       Image:         ${v.imageName(attached)}`,
    ),
    field('Wait Start TickCount', `${ticks(since)}             Ticks: ${Math.max(0, ticks(now) - ticks(since))}`),
    field(
      'Context Switch Count',
      `${mem.u32(thread + KTHREAD.ContextSwitches)}             IdealProcessor: ${mem.u32(thread + KTHREAD.IdealProcessor)}`,
    ),
    field('CycleTime', `${mem.ptr(thread + KTHREAD.CycleTime)} steps (${timeText(v, mem.ptr(thread + KTHREAD.CycleTime))})`),
    ...(win32 !== 0 ? [`    Win32 Start Address ${name(win32)} (${v.hex(win32)})`] : []),
    ...(start !== 0 ? [`    Start Address ${name(start)} (${v.hex(start)})`] : []),
    `    Stack Init ${address(mem.ptr(thread + KTHREAD.InitialStack))} Current ${address(mem.ptr(thread + KTHREAD.KernelStack))}`,
    `    Base ${address(mem.ptr(thread + KTHREAD.StackBase))} Limit ${address(mem.ptr(thread + KTHREAD.StackLimit))} Call ${address(0)}`,
    `    Priority ${mem.i8(thread + KTHREAD.Priority)}  BasePriority ${mem.i8(thread + KTHREAD.BasePriority)}  PriorityDecrement ${mem.i8(thread + KTHREAD.PriorityDecrement)}` +
      `  ProcessBasePriority ${mem.i8(process + KPROCESS.BasePriority)}`,
    ...(mem.i16(thread + KTHREAD.KernelApcDisable) ? [`    KernelApcDisable ${mem.i16(thread + KTHREAD.KernelApcDisable)}`] : []),
  ];
}

export interface StackOptions {
  /** First three argument slots. */
  readonly args: boolean;
  /** Return addresses. */
  readonly addresses: boolean;
  readonly numbers: boolean;
  readonly sources: boolean;
  readonly limit: number;
  readonly indent: string;
}

/** ` [driver/callbacks.c @ 30]` */
export const sourceText = (r: Range | undefined): string => {
  if (!r || r.file.builtin) return '';
  return ` [${r.file.path} @ ${r.file.position(r.start).line}]`;
};

/** `driver!Function+0x12`: what follows the plus is the step in the function, for steps have no addresses. */
export function callSite(v: MachineView, f: StackFrame): string {
  if (f.kind === 'corrupted') return '(the stack is overwritten from here on)';
  if (!f.info) return `${f.mode === 'user' ? 'user' : 'nt'}!${f.name}`;
  return `${v.target.imageOf(f.info)?.name ?? 'nt'}!${f.name}${f.pc ? `+0x${f.pc.toString(16)}` : ''}`;
}

export const visibleStack = (v: MachineView, thread: Addr): StackFrame[] => v.stack(thread).filter((f) => f.kind !== 'internal');

export function stackLines(v: MachineView, thread: Addr, o: StackOptions): string[] {
  const frames = visibleStack(v, thread);
  const head = [
    ...(o.numbers ? [' #'] : []),
    'Child-SP'.padEnd(17),
    ...(o.addresses ? ['RetAddr'.padEnd(17)] : []),
    ...(o.args ? [': Args to Child'.padEnd(57) + ':'] : []),
    'Call Site',
  ].join(' ');
  const lines = frames.slice(0, o.limit).map((f, i) => {
    const caller = frames[i + 1];
    const slots = [0, 1, 2].map((n) => (f.kind === 'corrupted' ? '0' : v.kernel.mem.raw.u64(f.args + 8 * n)));
    return [
      ...(o.numbers ? [i.toString(16).padStart(2, '0')] : []),
      address(f.fp + f.bias),
      ...(o.addresses ? [address(caller ? v.frameAddress(caller) : 0)] : []),
      ...(o.args ? [`: ${slots.map((s) => address(BigInt(s))).join(' ')} :`] : []),
      `${callSite(v, f)}${o.sources ? sourceText(f.step?.range) : ''}`,
    ].join(' ');
  });
  const rest = frames.length - o.limit;
  return [head, ...lines, ...(rest > 0 ? [`... ${rest} more frames`] : [])].map((l) => o.indent + l);
}
