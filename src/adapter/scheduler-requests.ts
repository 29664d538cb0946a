// What the scheduler panel asks the adapter: events in batches, and the scheduler's state at a moment. The arguments come from outside and are checked.
//
// A panel that follows a run is told once that there is more and asks for it when it is ready, so a slow panel is never flooded; a run that nobody
// follows pays one comparison a piece. What is left at the end is sent before `terminated`, because the client leaves as soon as it has read that.
import { EvaluationError } from '../machine/inspect/value.js';
import type { ScheduleAnswer, ScheduledThread, TraceBatch, TraceGrewEvent } from '../messages/scheduler.js';
import type { Session } from '../session/session.js';
import { TraceNames } from '../session/trace-names.js';
import { formatPosition, parsePosition } from '../trace/position.js';
import { type Schedule, ScheduleHistory, type ThreadSchedule } from '../trace/schedule.js';
import { encodeEvents } from '../trace/stream.js';
import type { Trace } from '../trace/trace.js';
import type { CustomRequest } from './custom-requests.js';

const BATCH = 20_000;

/** One per adapter: what its client follows. */
export class TraceFeed {
  private generation = 0;
  private trace: Trace | undefined;
  private traceGeneration = 0;
  private names: TraceNames | undefined;
  private history: ScheduleHistory | undefined;
  private following = false;
  /** Events that the follower has asked for. */
  private given = 0;
  private told = false;

  constructor(private readonly send: (event: string, body: object) => void) {}

  /** A launch whose client follows from the first event on; or one that nobody follows yet. */
  launched(follow: boolean): void {
    this.following ||= follow; // of a restart: who followed the run before follows this one
    this.given = 0;
    this.told = false;
  }

  /** Call now and then while the machine runs, and at every stop. */
  progress(session: Session): void {
    if (!this.following || this.told) return;
    const { trace } = session.simulation.kernel;
    if (trace.length === this.given && trace === this.trace && trace.generation === this.traceGeneration) return;
    this.look(session);
    this.told = true;
    this.send('interlock/traceGrew', { generation: this.generation, length: trace.length } satisfies TraceGrewEvent);
  }

  /** The run is over: the follower gets what it has not asked for. */
  rest(session: Session | undefined): void {
    if (!this.following || !session) return;
    this.look(session);
    const { trace } = session.simulation.kernel;
    while (this.given < trace.length) {
      const batch = this.encode(session, this.given, BATCH);
      this.given = batch.events.to;
      this.send('interlock/traceRest', batch);
    }
  }

  batch(session: Session, from: number, limit: number, follow: boolean | undefined): TraceBatch {
    this.look(session);
    const batch = this.encode(session, from, limit);
    if (follow !== undefined) {
      this.following = follow;
      this.given = batch.events.to;
      this.told = false;
    }
    return batch;
  }

  scheduleAt(session: Session, positionText: string): ScheduleAnswer {
    const position = parsePosition(positionText);
    if (!position) throw new EvaluationError(`'${positionText}' is no position; one looks like 1A3:7`);
    this.look(session);
    const { trace } = session.simulation.kernel;
    const index = trace.indexAt(position);
    this.history ??= new ScheduleHistory(trace);
    return describe(this.history.at(index), formatPosition(position), this.namesOf(session));
  }

  /** Notices a new launch and a new branch of the past. */
  private look(session: Session): void {
    const { trace } = session.simulation.kernel;
    if (trace === this.trace && trace.generation === this.traceGeneration) return;
    this.generation++;
    this.trace = trace;
    this.traceGeneration = trace.generation;
    this.names = undefined;
    this.history = undefined;
    this.given = 0;
  }

  private namesOf(session: Session): TraceNames {
    if (!this.names?.valid) this.names = new TraceNames(session.view, session.target, session.simulation.kernel.trace);
    return this.names;
  }

  private encode(session: Session, from: number, limit: number): TraceBatch {
    const { trace, config } = session.simulation.kernel;
    const events = encodeEvents(trace, from, from + limit);
    return {
      generation: this.generation,
      length: trace.length,
      stepNs: config.stepNs,
      cpus: config.cpus,
      events,
      names: this.namesOf(session).collect(events.from, events.to),
    };
  }
}

function describe(s: Schedule, position: string, names: TraceNames): ScheduleAnswer {
  const name = (thread: number): string => (thread === 0 ? '' : names.thread(thread, s.index).name);
  const threads: ScheduledThread[] = [...s.threads.values()].map((t) => ({
    address: t.thread,
    threadId: names.thread(t.thread, s.index).threadId,
    name: name(t.thread),
    state: t.activity,
    priority: t.priority,
    cpu: t.cpu,
    detail: detailOf(t, names, name),
  }));
  const cpus = s.cpus.map((c, cpu) => {
    const interruption = c.dpc !== 0 ? `, DPC ${names.object(c.dpc)}` : c.spinning !== 0 ? `, spins for ${names.object(c.spinning)}` : '';
    return {
      cpu,
      irql: c.irql,
      running: `${name(c.thread) || 'Idle'}${interruption}`,
      standby: name(c.standby),
      ready: c.ready.map((t) => `${name(t)} (priority ${s.threads.get(t)?.priority ?? 0})`),
    };
  });
  return { position, index: s.index, cpus, threads };
}

function detailOf(t: ThreadSchedule, names: TraceNames, name: (thread: number) => string): string {
  if (t.activity === 'waiting') {
    const object = names.object(t.object);
    return `${object === '' ? 'waits' : `waits for ${object}`}${t.reason === '' ? '' : `, ${t.reason}`}`;
  }
  if (t.activity === 'ready' || t.activity === 'standby') return t.wokenBy === 0 ? '' : `woken by ${name(t.wokenBy)}`;
  return '';
}

function argumentsOf(args: unknown, request: string): Record<string, unknown> {
  if (args === undefined || args === null) return {};
  if (typeof args !== 'object' || Array.isArray(args)) throw new EvaluationError(`${request}: the arguments must be an object`);
  return args as Record<string, unknown>;
}

function wholeNumber(value: unknown, what: string, otherwise: number | undefined, min: number, max: number): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new EvaluationError(`${what} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
}

export const schedulerRequests: Readonly<Record<string, CustomRequest>> = {
  'interlock/trace': (context, args) => {
    const a = argumentsOf(args, 'interlock/trace');
    const from = wholeNumber(a.from, "'from'", undefined, 0, Number.MAX_SAFE_INTEGER);
    const limit = wholeNumber(a.limit, "'limit'", BATCH, 1, BATCH);
    return context.feed.batch(context.session(), from, limit, typeof a.follow === 'boolean' ? a.follow : undefined);
  },
  'interlock/scheduleAt': (context, args) => {
    const { position } = argumentsOf(args, 'interlock/scheduleAt');
    if (typeof position !== 'string') throw new EvaluationError("'position' must be a text such as 1A3:7");
    return context.feed.scheduleAt(context.session(), position);
  },
};
