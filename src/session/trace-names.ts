// Names for the addresses that trace events mention. Threads are named from the trace itself, because many of them are gone when somebody looks;
// objects, locks and routines by their symbol, or by what lies at the address now.
import { ETHREAD } from '../kernel/layouts.gen.js';
import { type Addr, isKernelAddress } from '../machine/abi.js';
import { kindInfo } from '../trace/kinds.js';
import type { Trace } from '../trace/trace.js';
import type { MachineView } from './inspect/machine-view.js';
import { objectName, typeName } from './inspect/waits.js';
import type { Target } from './target.js';

export interface NamedAddress {
  readonly address: Addr;
  readonly name: string;
  readonly threadId?: number;
  readonly from?: number;
}

interface NamedThread extends NamedAddress {
  readonly threadId: number;
  readonly from: number;
}

/** Values that hold the address of a dispatcher object, whose type can be told from its header. */
const WAITED_FOR = new Set(['object', 'event', 'mutex', 'semaphore', 'timer']);

export class TraceNames {
  private readonly threads = new Map<Addr, NamedThread[]>();
  private readonly symbols = new Map<Addr, string | undefined>();
  private readonly processes = new Map<number, string>([[4, 'System']]);
  /** Threads created and not started yet: their names are not complete. */
  private readonly created = new Map<Addr, { readonly pid: number; readonly name: string }>();
  private scanned: number;
  private readonly traceGeneration: number;

  constructor(
    readonly view: MachineView,
    readonly target: Target,
    readonly trace: Trace,
  ) {
    this.scanned = trace.begin;
    this.traceGeneration = trace.generation;
  }

  /** False when the trace went another way since: make new names. */
  get valid(): boolean {
    return this.traceGeneration === this.trace.generation && this.trace === this.target.kernel.trace;
  }

  /** The thread that had an address when an event happened. */
  thread(address: Addr, at = this.trace.length): NamedThread {
    this.scan(at);
    const list = this.threads.get(address) ?? [];
    for (let i = list.length - 1; i >= 0; i--) if (list[i].from <= at) return list[i];
    const found = this.living(address, this.trace.begin);
    this.threads.set(address, [found, ...list]);
    return found;
  }

  object(address: Addr): string {
    if (address === 0) return '';
    const symbol = this.symbol(address);
    if (symbol !== undefined || !isKernelAddress(address)) return symbol ?? '';
    // it may be gone by now
    if (!this.view.mem.readable(address, 8)) return '';
    return objectName(this.view, address) || `${typeName(this.view, address)} ${this.view.hex(address)}`;
  }

  /** Names of all addresses in the events [from, to). */
  collect(from: number, to: number): NamedAddress[] {
    this.scan(to);
    const out = new Map<string, NamedAddress>();
    const add = (n: NamedAddress): void => {
      if (n.name !== '' && n.threadId !== 0) out.set(`${n.address} ${n.from ?? ''}`, n);
    };
    for (let i = Math.max(from, this.trace.begin); i < Math.min(to, this.trace.length); i++) {
      const self = this.trace.thread(i);
      if (self !== 0) add(this.thread(self, i));
      const data = this.trace.data(i);
      const meanings = kindInfo(this.trace.kind(i))?.values ?? {};
      for (const name of Object.keys(data)) {
        const v = data[name];
        if (typeof v !== 'number' || !isKernelAddress(v)) continue;
        const meaning = meanings[name];
        if (meaning === 'thread') add(this.thread(v, i));
        else if (WAITED_FOR.has(name)) add({ address: v, name: this.object(v) });
        else add({ address: v, name: this.symbol(v) ?? '' });
      }
    }
    return [...out.values()];
  }

  private symbol(address: Addr): string | undefined {
    if (!this.symbols.has(address)) this.symbols.set(address, this.target.symbol(address));
    return this.symbols.get(address);
  }

  /** Follows the creation of processes and threads up to an event. */
  private scan(to: number): void {
    const { trace } = this;
    for (const end = Math.min(to + 1, trace.length); this.scanned < end; this.scanned++) {
      const i = this.scanned;
      const kind = trace.kind(i);
      if (kind === 'ps.process-create') {
        const { process, image } = trace.data(i);
        this.processes.set(Number(process), `${image}`.replace(/^.*\\/, ''));
      } else if (kind === 'ps.thread-create') {
        const { process, thread, object, name } = trace.data(i);
        this.created.set(Number(object), { pid: Number(process), name: `${name}` });
        this.know({ address: Number(object), threadId: Number(thread), from: i, name: '' });
      } else if (kind === 'ke.thread.start') {
        this.started(i);
      }
    }
  }

  /** The process is named, and the function is known, only after the thread was created. */
  private started(i: number): void {
    const { thread, start } = this.trace.data(i);
    const address = Number(thread);
    const made = this.created.get(address);
    const list = this.threads.get(address) ?? [];
    const known = list[list.length - 1];
    if (!made || !known) {
      this.know(this.living(address, i));
      return;
    }
    this.created.delete(address);
    const function_ = this.symbol(Number(start))?.replace(/^.*!/, '');
    const process = this.processes.get(made.pid) ?? 'process';
    list[list.length - 1] = { ...known, name: `${made.pid}.${known.threadId} ${process}!${made.name || function_ || 'thread'}` };
  }

  private know(thread: NamedThread): void {
    const list = this.threads.get(thread.address) ?? [];
    list.push(thread);
    this.threads.set(thread.address, list);
  }

  /** A thread of the boot, or one whose creation this trace does not hold: as the memory has it now. */
  private living(address: Addr, from: number): NamedThread {
    const { kernel } = this.target;
    const threadId = kernel.mem.ptr(address + ETHREAD.Cid + 8);
    return { address, threadId, from, name: kernel.hooks.describeThread?.(kernel, address) ?? `thread ${threadId}` };
  }
}
