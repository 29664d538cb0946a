// The scheduler as the trace tells it: at any moment, what each CPU runs at which IRQL, who is standby and who is queued behind, what each thread
// does or waits for. Rebuilt from events alone, so it can be asked for any moment of a long run without going back in the machine; a copy of the
// state every SNAPSHOT events keeps a question cheap.
import type { Addr } from '../machine/abi.js';
import type { Trace } from './trace.js';

export type ThreadActivity = 'initialized' | 'ready' | 'standby' | 'running' | 'waiting' | 'terminated';

export interface ThreadSchedule {
  readonly thread: Addr;
  /** Index of the event that started this thread (or first named it): an address can be used again. */
  readonly from: number;
  readonly activity: ThreadActivity;
  readonly priority: number;
  readonly cpu: number;
  /** Index of the event that brought it here. */
  readonly since: number;
  /** Of a wait: first object and reason. */
  readonly object: Addr;
  readonly reason: string;
  /** Thread that ended its last wait, 0 = none. */
  readonly wokenBy: Addr;
}

export interface CpuSchedule {
  readonly thread: Addr;
  readonly standby: Addr;
  readonly irql: number;
  /** Routine of the DPC that runs, 0 = none. */
  readonly dpc: Addr;
  /** Lock it spins for, 0 = none. */
  readonly spinning: Addr;
  /** Ready threads, first the one that would run next. */
  readonly ready: readonly Addr[];
}

/** The state before the event `index`. */
export interface Schedule {
  readonly index: number;
  readonly cpus: readonly CpuSchedule[];
  readonly threads: ReadonlyMap<Addr, ThreadSchedule>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Cpu = Mutable<Omit<CpuSchedule, 'ready'>> & { ready: Addr[] };
interface State {
  index: number;
  cpus: Cpu[];
  threads: Map<Addr, ThreadSchedule>;
}

const SNAPSHOT = 4096;
const DISPATCH_LEVEL = 2;

export class ScheduleHistory {
  private snapshots: State[] = [];
  private readonly traceGeneration: number;

  constructor(private readonly trace: Trace) {
    this.traceGeneration = trace.generation;
  }

  /** False when the trace went another way since: make a new one. */
  get valid(): boolean {
    return this.traceGeneration === this.trace.generation;
  }

  /** The state before an event (or after the last one). */
  at(index: number): Schedule {
    const { trace } = this;
    const end = Math.max(trace.begin, Math.min(index, trace.length));
    if (this.snapshots.length === 0) this.snapshots.push({ index: trace.begin, cpus: [], threads: new Map() });
    const nearest = Math.min(this.snapshots.length - 1, Math.floor((end - trace.begin) / SNAPSHOT));
    const state = copyState(this.snapshots[nearest]);
    while (state.index < end) {
      apply(state, trace, state.index++);
      if ((state.index - trace.begin) % SNAPSHOT === 0 && (state.index - trace.begin) / SNAPSHOT === this.snapshots.length)
        this.snapshots.push(copyState(state));
    }
    return state;
  }
}

function copyState(s: State): State {
  return { index: s.index, cpus: s.cpus.map((c) => ({ ...c, ready: [...c.ready] })), threads: new Map(s.threads) };
}

function cpuOf(s: State, cpu: number): Cpu {
  while (s.cpus.length <= cpu) s.cpus.push({ thread: 0, standby: 0, irql: 0, dpc: 0, spinning: 0, ready: [] });
  return s.cpus[cpu];
}

function change(s: State, thread: Addr, what: Partial<ThreadSchedule>): void {
  if (thread === 0) return;
  const old = s.threads.get(thread);
  const at = s.index - 1;
  s.threads.set(thread, {
    thread,
    from: at,
    activity: 'initialized',
    priority: 0,
    cpu: -1,
    since: at,
    object: 0,
    reason: '',
    wokenBy: 0,
    ...old,
    ...(what.activity === undefined ? {} : { since: at }),
    ...what,
  });
}

/** Takes a thread out of the queue and the standby place it is in. */
function unqueue(s: State, thread: Addr): void {
  const t = s.threads.get(thread);
  if (!t || t.cpu < 0) return;
  const cpu = cpuOf(s, t.cpu);
  if (t.activity === 'standby' && cpu.standby === thread) cpu.standby = 0;
  if (t.activity === 'ready') {
    const i = cpu.ready.indexOf(thread);
    if (i >= 0) cpu.ready.splice(i, 1);
  }
}

/** Behind all of its priority; a preempted thread goes before them. */
function queue(s: State, thread: Addr, cpu: number, priority: number, head: boolean): void {
  const { ready } = cpuOf(s, cpu);
  const at = ready.findIndex((t) => {
    const other = s.threads.get(t)?.priority ?? 0;
    return head ? other <= priority : other < priority;
  });
  ready.splice(at < 0 ? ready.length : at, 0, thread);
}

/** What one event does to the state. Events of other kinds do nothing. */
function apply(s: State, t: Trace, i: number): void {
  const kind = t.kind(i);
  const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined;
  if (handler) handler(s, new EventValues(t, i));
}

class EventValues {
  private readonly data: Readonly<Record<string, number | bigint | string>>;
  constructor(
    private readonly t: Trace,
    private readonly i: number,
  ) {
    this.data = t.data(i);
  }
  num(name: string): number {
    const v = this.data[name];
    return typeof v === 'number' ? v : Number(v ?? 0) || 0;
  }
  text(name: string): string {
    return String(this.data[name] ?? '');
  }
  get cpu(): number {
    return this.t.cpu(this.i);
  }
}

type Handler = (s: State, e: EventValues) => void;

const spinAcquired: Handler = (s, e) => {
  cpuOf(s, e.cpu).spinning = 0;
};

const handlers: Record<string, Handler> = {
  'ke.boot': (s, e) => {
    if (e.num('cpus') > 0) cpuOf(s, e.num('cpus') - 1);
  },
  'ke.thread.start': (s, e) => {
    const thread = e.num('thread');
    unqueue(s, thread);
    s.threads.delete(thread);
    change(s, thread, { activity: 'initialized' });
  },
  'ke.ready': (s, e) => {
    const thread = e.num('thread');
    const cpu = e.num('cpu');
    const old = s.threads.get(thread);
    const priority = e.num('priority');
    unqueue(s, thread);
    const standby = e.num('standby') !== 0;
    change(s, thread, { activity: standby ? 'standby' : 'ready', cpu, priority });
    if (standby) cpuOf(s, cpu).standby = thread;
    // a thread that lost its CPU or its standby place to a better one is the first of its equals
    else queue(s, thread, cpu, priority, old?.activity === 'standby' || old?.reason === 'preempted');
  },
  'ke.switch': (s, e) => {
    const cpu = e.num('cpu');
    const c = cpuOf(s, cpu);
    const to = e.num('to');
    const from = e.num('from');
    const old = s.threads.get(from);
    // a waiting or ended thread has told so before; any other is made ready by an event that follows
    if (old?.activity === 'running') change(s, from, { activity: 'ready', cpu: -1, reason: e.text('reason') });
    else if (old) change(s, from, { cpu: -1 });
    unqueue(s, to);
    c.thread = to;
    if (c.standby === to) c.standby = 0;
    change(s, to, { activity: 'running', cpu, object: 0, reason: '' });
  },
  'ke.wait': (s, e) => {
    change(s, e.num('thread'), { activity: 'waiting', object: e.num('object'), reason: e.text('reason'), wokenBy: 0 });
  },
  'ke.unwait': (s, e) => {
    change(s, e.num('thread'), { object: e.num('object'), reason: '', wokenBy: e.num('by') });
  },
  'ke.priority': (s, e) => reprioritise(s, e.num('thread'), e.num('to')),
  'ke.boost': (s, e) => reprioritise(s, e.num('thread'), e.num('to')),
  'ke.thread.exit': (s, e) => change(s, e.num('thread'), { activity: 'terminated' }),
  'ke.irql': (s, e) => {
    cpuOf(s, e.cpu).irql = e.num('to');
  },
  'ke.dpc.start': (s, e) => {
    const c = cpuOf(s, e.cpu);
    c.dpc = e.num('routine');
    c.irql = Math.max(c.irql, DISPATCH_LEVEL);
  },
  'ke.dpc.end': (s, e) => {
    const c = cpuOf(s, e.cpu);
    c.dpc = 0;
    if (c.irql === DISPATCH_LEVEL) c.irql = 0;
  },
  'ke.spin.wait': (s, e) => {
    cpuOf(s, e.cpu).spinning = e.num('lock');
  },
  'ke.spin.acquire': spinAcquired,
};

/** A queued thread is taken out before its priority changes; the event that queues it again follows. */
function reprioritise(s: State, thread: Addr, priority: number): void {
  const t = s.threads.get(thread);
  if (t?.activity === 'ready') {
    unqueue(s, thread);
    change(s, thread, { priority, cpu: -1 });
  } else {
    change(s, thread, { priority });
  }
}
