// What the panel draws, made from the events in their order: for each CPU which thread it runs, its IRQL, DPCs and spinning; for each thread what it does,
// the driver code it is inside of and how many locks it holds. Kinds of events that are not known here are still kept, listed and hit by the mouse.
import type { AddressName, TraceBatch } from '../../messages/scheduler.js';
import { EventStore, type KnownKind } from './events.js';
import { NumberList } from './numbers.js';
import { Series } from './series.js';

export const Activity = { None: 0, Running: 1, Ready: 2, Standby: 3, Waiting: 4 } as const;
export const ACTIVITY_NAMES = ['not running', 'running', 'ready', 'standby', 'waiting'];
/** Classes of the totals: running, able to run, waiting. */
const activityClass = (a: number): number => (a === Activity.Standby ? 2 : a === Activity.Waiting ? 3 : a);

/** What both kinds of lane have: the events that happened there, in order. */
export class Lane {
  readonly events = new NumberList();
  readonly times = new NumberList();
  note(event: number, time: number): void {
    const n = this.events.length;
    if (n > 0 && this.events.data[n - 1] === event) return;
    this.events.push(event);
    this.times.push(n === 0 ? time : Math.max(time, this.times.data[n - 1]));
  }
}

export class CpuLane extends Lane {
  /** Number of the thread's lane + 1; 0 = idle. */
  readonly run = new Series();
  readonly irql = new Series();
  readonly dpc = new Series();
  readonly spin = new Series();
  constructor(readonly cpu: number) {
    super();
  }
}

export class ThreadLane extends Lane {
  readonly activity = new Series(activityClass, 3);
  /** Depth of driver code entered: callbacks, dispatch routines, work items, APCs, DriverEntry. */
  readonly inside = new Series();
  readonly locks = new Series();
  readonly contended = new Series();
  constructor(
    readonly number: number,
    readonly address: number,
    readonly name: string,
    readonly threadId: number,
  ) {
    super();
  }
}

export class Model {
  events = new EventStore();
  readonly cpus: CpuLane[] = [];
  readonly threads: ThreadLane[] = [];
  private readonly current = new Map<number, ThreadLane>();
  private readonly names = new Map<number, string>();
  private readonly threadNames = new Map<number, AddressName[]>();
  /** What is done with an event, by the number of its kind. */
  private readonly treatments: { readonly handler: Handler | null; readonly ofThread: boolean }[] = [];
  /** Who holds a lock; one that is shared, or taken again, has several entries. */
  private readonly holders = new Map<number, ThreadLane[]>();
  private consumed = 0;
  stepNs = 100;
  generation = -1;
  /** Latest virtual time of any CPU, in steps. */
  end = 0;
  begin = 0;

  /** Adds a batch. False: events before it are missing. */
  append(batch: TraceBatch): boolean {
    const first = this.events.length === this.events.begin;
    if (!this.events.append(batch.events)) return false;
    this.generation = batch.generation;
    this.stepNs = batch.stepNs;
    while (this.cpus.length < batch.cpus) this.cpus.push(new CpuLane(this.cpus.length));
    for (const n of batch.names) this.learn(n);
    if (first) this.consumed = this.events.begin;
    for (; this.consumed < this.events.length; this.consumed++) this.consume(this.consumed);
    return true;
  }

  nameOf(address: number): string {
    return this.current.get(address)?.name ?? this.names.get(address) ?? shortAddress(address);
  }
  /** The lane of the thread that had an address when an event happened. */
  threadAt(address: number, event: number): ThreadLane | undefined {
    const now = this.current.get(address);
    if (!now || now.events.length === 0 || now.events.data[0] <= event) return now;
    let found: ThreadLane | undefined;
    for (const t of this.threads) if (t.address === address && t.events.data[0] <= event) found = t;
    return found ?? now;
  }

  private learn(n: AddressName): void {
    if (n.threadId === undefined) {
      this.names.set(n.address, n.name);
      return;
    }
    const list = this.threadNames.get(n.address) ?? [];
    this.threadNames.set(n.address, [...list.filter((x) => x.from !== n.from), n]);
  }

  private lane(address: number, event: number, fresh = false): ThreadLane | undefined {
    if (address === 0) return undefined;
    let lane = this.current.get(address);
    if (!lane || (fresh && lane.activity.length > 0)) {
      const named = (this.threadNames.get(address) ?? []).reduce<AddressName | undefined>(
        (best, n) => ((n.from ?? 0) <= event && (best === undefined || (n.from ?? 0) >= (best.from ?? 0)) ? n : best),
        undefined,
      );
      lane = new ThreadLane(this.threads.length, address, named?.name ?? `thread ${shortAddress(address)}`, named?.threadId ?? 0);
      this.threads.push(lane);
      this.current.set(address, lane);
    }
    return lane;
  }

  cpu(number: number): CpuLane {
    while (this.cpus.length <= number) this.cpus.push(new CpuLane(this.cpus.length));
    return this.cpus[number];
  }

  private consume(i: number): void {
    const { events } = this;
    const time = events.time(i);
    if (i === events.begin) this.begin = this.end = time;
    if (time > this.end) this.end = time;
    const kind = events.kind(i);
    let treat = this.treatments[kind.id];
    if (treat === undefined) {
      treat = { handler: handlerOf(kind), ofThread: kind.places.has('thread') && kind.kind.startsWith('ke.') };
      this.treatments[kind.id] = treat;
    }
    const cpu = this.cpu(events.cpu(i));
    cpu.note(i, time);
    treat.handler?.(this, i, time, cpu);
    const self = events.thread(i);
    if (self !== 0) this.lane(self, i)?.note(i, time);
    if (treat.ofThread) this.current.get(events.number(i, 'thread'))?.note(i, time);
  }

  /** A thread takes up something. */
  set(address: number, activity: number, time: number, event: number, fresh = false): void {
    const lane = this.lane(address, event, fresh);
    if (!lane) return;
    if (lane.activity.length === 0 || lane.activity.last !== activity || activity === Activity.Waiting)
      lane.activity.push(time, activity, event);
    lane.note(event, time);
  }

  numberOf(address: number, event: number): number {
    const lane = this.lane(address, event);
    return lane ? lane.number + 1 : 0;
  }

  /** The thread of an event begins (1) or ends (0) to want a lock that another one holds. */
  contend(event: number, time: number, value: number): void {
    const lane = this.lane(this.events.thread(event), event);
    if (lane && lane.contended.last !== value) lane.contended.push(time, value, event);
  }

  /** The thread of an event goes into driver code (1) or leaves it (-1). */
  enter(event: number, time: number, delta: number): void {
    const lane = this.lane(this.events.thread(event), event);
    if (lane && lane.inside.last + delta >= 0) lane.inside.push(time, lane.inside.last + delta, event);
  }

  acquire(event: number, time: number): void {
    const lane = this.lane(this.events.thread(event), event);
    if (!lane) return;
    const lock = this.lockOf(event);
    const holders = this.holders.get(lock);
    if (holders) holders.push(lane);
    else this.holders.set(lock, [lane]);
    lane.locks.push(time, lane.locks.last + 1, event);
  }

  /** Some locks may be given back by another thread than the one that took them. */
  release(event: number, time: number): void {
    const holders = this.holders.get(this.lockOf(event));
    if (!holders?.length) return;
    const own = holders.lastIndexOf(this.lane(this.events.thread(event), event) as ThreadLane);
    const [lane] = holders.splice(own < 0 ? holders.length - 1 : own, 1);
    lane.locks.push(time, lane.locks.last - 1, event);
  }

  private lockOf(event: number): number {
    const { names, values } = this.events.kind(event);
    return this.events.number(event, names[Math.max(0, values?.indexOf('lock') ?? 0)] ?? '');
  }
}

type Handler = (m: Model, event: number, time: number, cpu: CpuLane) => void;

const enter: Handler = (m, i, t) => m.enter(i, t, 1);
const leave: Handler = (m, i, t) => m.enter(i, t, -1);

const handlers: Record<string, Handler> = {
  'ke.thread.start': (m, i, t) => m.set(m.events.number(i, 'thread'), Activity.None, t, i, true),
  'ke.thread.exit': (m, i, t) => m.set(m.events.number(i, 'thread'), Activity.None, t, i),
  'ke.ready': (m, i, t) => m.set(m.events.number(i, 'thread'), m.events.number(i, 'standby') ? Activity.Standby : Activity.Ready, t, i),
  'ke.wait': (m, i, t) => m.set(m.events.number(i, 'thread'), Activity.Waiting, t, i),
  'ke.switch': (m, i, t) => {
    const { events } = m;
    const cpu = m.cpu(events.number(i, 'cpu'));
    const from = events.number(i, 'from');
    const to = events.number(i, 'to');
    const old = from === 0 ? undefined : m.threads[m.numberOf(from, i) - 1];
    if (old?.activity.last === Activity.Running) m.set(from, Activity.Ready, t, i);
    old?.note(i, t);
    cpu.run.push(t, m.numberOf(to, i), i);
    m.set(to, Activity.Running, t, i);
  },
  'ke.irql': (m, i, t, cpu) => cpu.irql.push(t, m.events.number(i, 'to'), i),
  'ke.dpc.start': (_m, i, t, cpu) => cpu.dpc.push(t, 1, i),
  'ke.dpc.end': (_m, i, t, cpu) => cpu.dpc.push(t, 0, i),
  'ke.spin.wait': (m, i, t, cpu) => {
    cpu.spin.push(t, 1, i);
    m.contend(i, t, 1);
  },
  'ke.spin.acquire': (m, i, t, cpu) => {
    if (cpu.spin.last) cpu.spin.push(t, 0, i);
    m.contend(i, t, 0);
    m.acquire(i, t);
  },
  'ps.callback-enter': enter,
  'ps.callback-leave': leave,
  'io.dispatch': enter,
  'io.dispatch-return': leave,
  'io.driver-entry': enter,
  'io.driver-entry-return': leave,
  'io.driver-unload': enter,
  'io.driver-unload-return': leave,
  'io.work-item': enter,
  'io.work-item-return': leave,
  'ke.apc.deliver': enter,
  'ke.apc.return': leave,
};

const lockHandlers: Record<NonNullable<KnownKind['lock']>, Handler> = {
  acquire: (m, i, t) => {
    m.contend(i, t, 0);
    m.acquire(i, t);
  },
  wait: (m, i, t) => m.contend(i, t, 1),
  release: (m, i, t) => m.release(i, t),
};

function handlerOf(kind: KnownKind): Handler | null {
  if (Object.hasOwn(handlers, kind.kind)) return handlers[kind.kind];
  return kind.lock ? lockHandlers[kind.lock] : null;
}

/** Kernel addresses are negative numbers here: the low 48 bits, as a debugger shows the end of them. */
export function shortAddress(a: number): string {
  return `0x${BigInt.asUintN(64, BigInt(Math.trunc(a))).toString(16)}`;
}
