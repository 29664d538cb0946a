// The runs that the scheduler panel shows: each debug session's trace, fetched in batches as it grows and kept here, so that a webview that was hidden or
// reloaded gets all of it again, and the picture stays when the session has ended. Fetching goes on only while a panel is there to see it.
import * as vscode from 'vscode';
import type { MomentEvent } from '../messages/moment.js';
import type { RecordingInfo, ScheduleAnswer, TraceArguments, TraceBatch } from '../messages/scheduler.js';

const DEBUG_TYPE = 'interlock';

let panelOpen = false;
/** A launch is told to stream its trace from the first event on while there is a panel: a short run may be over before anybody can ask. */
export const schedulerIsOpen = (): boolean => panelOpen;

/** One run of one session. */
export class Recording {
  readonly batches: TraceBatch[] = [];
  moment: MomentEvent | undefined;
  state: RecordingInfo['state'] = 'running';
  private generation = -1;
  private next = 0;
  private fetching = false;
  private again = false;

  constructor(
    readonly session: vscode.DebugSession,
    private readonly changed: (r: Recording, batch?: TraceBatch) => void,
  ) {}

  get info(): RecordingInfo {
    return { id: `${this.session.id}.${Math.max(0, this.generation)}`, name: this.session.name, state: this.state };
  }

  /** Asks for what is new until there is no more. */
  async fetch(): Promise<void> {
    if (this.fetching) {
      this.again = true;
      return;
    }
    this.fetching = true;
    try {
      do {
        this.again = false;
        const args: TraceArguments = { from: this.next, follow: true };
        const batch = (await this.session.customRequest('interlock/trace', args)) as TraceBatch;
        if (this.take(batch) && batch.events.to < batch.length) this.again = true;
      } while (this.again);
    } catch {
      // nothing has been launched yet, or the session is going: its own events say how it goes on
    } finally {
      this.fetching = false;
    }
  }

  /** Adds a batch that came by itself or by request. */
  take(batch: TraceBatch): boolean {
    if (batch.generation !== this.generation) {
      this.generation = batch.generation;
      this.batches.length = 0;
      this.next = 0;
      this.changed(this);
      if (batch.events.from > 0 && this.state !== 'ended') {
        this.again = true;
        return false;
      }
    }
    const { from, to } = batch.events;
    if (to <= this.next || (from > this.next && this.batches.length > 0)) return false;
    this.batches.push(batch);
    this.next = to;
    this.changed(this, batch);
    return true;
  }

  async unfollow(): Promise<void> {
    const args: TraceArguments = { from: this.next, limit: 1, follow: false };
    await Promise.resolve(this.session.customRequest('interlock/trace', args)).catch(() => undefined);
  }

  async scheduleAt(position: string): Promise<ScheduleAnswer> {
    return (await this.session.customRequest('interlock/scheduleAt', { position })) as ScheduleAnswer;
  }
}

/** All recordings, and which of them is shown. */
export class Recordings implements vscode.Disposable {
  private readonly all = new Map<string, Recording>();
  private shown: Recording | undefined;
  private readonly subscriptions: vscode.Disposable[];
  private listener: ((r: Recording, batch?: TraceBatch) => void) | undefined;

  constructor() {
    const { debug } = vscode;
    this.subscriptions = [
      debug.onDidStartDebugSession((s) => this.started(s)),
      debug.onDidChangeActiveDebugSession((s) => s && this.activated(s)),
      debug.onDidReceiveDebugSessionCustomEvent((e) => this.event(e)),
      debug.onDidTerminateDebugSession((s) => this.ended(s)),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** The recording to show; that of the active session, else the last one. */
  get current(): Recording | undefined {
    return this.shown;
  }

  /** A panel opens and wants to hear of every change. */
  open(listener: (r: Recording, batch?: TraceBatch) => void): void {
    panelOpen = true;
    this.listener = listener;
    const active = vscode.debug.activeDebugSession;
    if (active?.type === DEBUG_TYPE) this.show(this.of(active));
  }

  close(): void {
    panelOpen = false;
    this.listener = undefined;
    for (const r of this.all.values()) if (r.state !== 'ended') void r.unfollow();
  }

  private of(session: vscode.DebugSession): Recording {
    let r = this.all.get(session.id);
    if (!r) {
      r = new Recording(session, (changed, batch) => changed === this.shown && this.listener?.(changed, batch));
      this.all.set(session.id, r);
    }
    return r;
  }

  private show(r: Recording): void {
    const before = this.shown;
    this.shown = r;
    if (before !== r) {
      if (before?.state === 'ended') this.all.delete(before.session.id); // nobody can come back to it
      this.listener?.(r);
    }
    if (panelOpen && r.state !== 'ended') void r.fetch();
  }

  private started(session: vscode.DebugSession): void {
    if (session.type === DEBUG_TYPE) this.show(this.of(session));
  }
  private activated(session: vscode.DebugSession): void {
    if (session.type === DEBUG_TYPE) this.show(this.of(session));
  }
  private ended(session: vscode.DebugSession): void {
    const r = this.all.get(session.id);
    if (!r) return;
    r.state = 'ended';
    if (r !== this.shown || r.batches.length === 0) this.all.delete(session.id);
    if (r === this.shown) this.listener?.(r);
  }

  private event({ session, event, body }: vscode.DebugSessionCustomEvent): void {
    if (session.type !== DEBUG_TYPE) return;
    const r = this.of(session);
    if (!this.shown || this.shown.state === 'ended') this.show(r);
    if (event === 'interlock/traceGrew' && panelOpen) void r.fetch();
    else if (event === 'interlock/traceRest') r.take(body as TraceBatch);
    else if (event === 'interlock/moment') {
      r.moment = body as MomentEvent;
      r.state = r.moment.state;
      if (r === this.shown) this.listener?.(r);
    }
  }
}
