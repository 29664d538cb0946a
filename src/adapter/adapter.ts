// The debug adapter: DAP requests in, calls of the session out. It holds no debugger logic of its own; it keeps the run going in short pieces so that pause,
// breakpoints and evaluation are answered within milliseconds while the machine runs.
import { ContinuedEvent, InitializedEvent, OutputEvent, StoppedEvent, TerminatedEvent, ThreadEvent } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { type Diagnostic, formatDiagnostic } from '../base/diagnostic.js';
import { EvaluationError } from '../machine/inspect/value.js';
import { Session, summary } from '../session/session.js';
import { type ExceptionFilters, LaunchError, type OutputLine, type RunEvent } from '../session/types.js';
import { CAPABILITIES } from './capabilities.js';
import { customRequests } from './custom-requests.js';
import { momentEvent } from './history-requests.js';
import type { AdapterHost } from './host.js';
import { selectThread } from './inspector-requests.js';
import { checkLaunchArguments, type LaunchArguments } from './launch-arguments.js';
import { LookingAdapter, USER_ERROR } from './looking.js';
import { notSimulatedEvent } from './not-simulated-event.js';
import { loadProgram } from './program.js';
import { TraceFeed } from './scheduler-requests.js';

/** Steps of the first piece; later ones are sized so that a piece takes about PIECE_MS. */
const FIRST_PIECE = 20_000;
const PIECE_MS = 15;

export class InterlockAdapter extends LookingAdapter {
  private launchArguments: LaunchArguments | undefined;
  private noDebug = false;
  private ended = false;
  private generation = 0;
  private readonly feed = new TraceFeed((event, body) => this.sendCustom(event, body));
  private configured: (() => void) | undefined;
  private exceptionFilters: string[] = ['bugcheck'];

  constructor(private readonly host: AdapterHost) {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  // ---------------------------------------------------------------- start
  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = CAPABILITIES;
    this.sendResponse(response);
  }

  protected override async launchRequest(response: DebugProtocol.LaunchResponse, args: LaunchArguments): Promise<void> {
    this.launchArguments = args;
    this.noDebug = args.noDebug === true;
    this.halt();
    try {
      await this.load(args);
    } catch (e) {
      this.reportLaunchFailure(response, e);
      return;
    }
    const configured = new Promise<void>((done) => {
      this.configured = done;
    });
    this.sendEvent(new InitializedEvent());
    await configured;
    this.sendResponse(response);
    this.begin();
  }

  /** Builds the program and makes a fresh session of it. Throws LaunchError. */
  private async load(args: LaunchArguments): Promise<void> {
    checkLaunchArguments(args);
    const { build, chooser } = await loadProgram(this.host, args.program, {
      ...(args.cpus === undefined ? {} : { cpus: args.cpus }),
      ...(args.seed === undefined ? {} : { seed: args.seed }),
    });
    this.session = undefined;
    this.sources.folder = build.folder; // also of a failed build: its folder says where the files of its errors are
    const errors = build.diagnostics.filter((d) => d.severity === 'error');
    if (errors.length) throw new LaunchError(summary(errors), build.diagnostics);
    this.session = new Session(build, {
      debug: !this.noDebug,
      ...(chooser ? { chooser } : {}),
      ...(args.historyBudgetMB === undefined ? {} : { historyBudget: args.historyBudgetMB * 2 ** 20 }),
    });
    if (chooser) chooser.onMismatch = (text) => this.output({ category: 'important', text: `the schedule does not fit: ${text}\n` });
    this.ended = false;
    this.feed.launched(args.__followTrace === true);
    this.session.onOutput = (line) => this.output(line);
    this.session.console.onSelectThread = (threadId) => selectThread((event, body) => this.sendCustom(event, body), threadId);
    this.session.onThread = (id, started) => this.sendEvent(new ThreadEvent(started ? 'started' : 'exited', id));
    for (const d of [...build.diagnostics, ...this.session.simulation.diagnostics]) if (d.severity === 'warning') this.diagnostic(d);
  }

  private reportLaunchFailure(response: DebugProtocol.Response, e: unknown): void {
    if (!(e instanceof LaunchError)) {
      this.sendErrorResponse(response, {
        id: 1099,
        format: `Interlock failed: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}`,
        showUser: true,
      });
      return;
    }
    for (const d of e.diagnostics) if (d.severity !== 'hint') this.diagnostic(d);
    this.sendErrorResponse(response, { id: USER_ERROR, format: e.message.replace(/[{}]/g, ''), showUser: true });
    this.sendEvent(new TerminatedEvent());
  }

  private diagnostic(d: Diagnostic): void {
    this.output({
      category: d.severity === 'error' ? 'stderr' : 'console',
      text: `${formatDiagnostic(d)}\n`,
      ...(d.range ? { range: d.range } : {}),
    });
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    this.sendResponse(response);
    this.configured?.();
    this.configured = undefined;
  }

  private begin(): void {
    const s = this.need();
    s.setExceptionFilters(this.filters());
    if (this.launchArguments?.stopOnEntry && !this.noDebug) s.stopOnEntry();
    this.resume();
  }

  private filters(): ExceptionFilters {
    const on = (filter: string): boolean => !this.noDebug && this.exceptionFilters.includes(filter);
    return { bugcheck: on('bugcheck') && this.launchArguments?.stopOnBugCheck !== false, firstChance: on('first-chance') };
  }

  // ---------------------------------------------------------------- running
  /** Runs in pieces until something happens. Requests are handled between the pieces. */
  private resume(): void {
    if (this.running || this.ended) return;
    this.running = true;
    this.tellMoment('running');
    void this.pump(this.need(), ++this.generation);
  }

  private async pump(session: Session, generation: number): Promise<void> {
    let piece = FIRST_PIECE;
    try {
      await this.host.turn(); // the response that started this goes out first
      while (this.running && generation === this.generation) {
        const from = this.host.now();
        const event = session.run(piece);
        const took = this.host.now() - from;
        this.feed.progress(session);
        if (event.kind !== 'running') {
          this.finishPiece(event);
          return;
        }
        piece = Math.max(1_000, Math.min(5_000_000, Math.round((piece * PIECE_MS) / Math.max(took, 0.5))));
        await this.host.turn();
      }
    } catch (e) {
      // a defect of ours: say so, keep the adapter alive for the next launch
      this.running = false;
      this.output({ category: 'important', text: `Interlock failed: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n` });
      this.end(1);
    }
  }

  private finishPiece(event: Exclude<RunEvent, { kind: 'running' }>): void {
    this.running = false;
    if (event.kind === 'ended') {
      this.end(event.exitCode);
      return;
    }
    const { stop } = event;
    const e: DebugProtocol.StoppedEvent = new StoppedEvent(stop.reason, stop.threadId);
    e.body.allThreadsStopped = true;
    if (stop.description) e.body.description = stop.description;
    if (stop.text) e.body.text = stop.text;
    if (stop.breakpointIds) e.body.hitBreakpointIds = [...stop.breakpointIds];
    this.tellMoment('stopped', stop.threadId);
    this.sendEvent(e);
    const missing = stop.reason === 'exception' && this.session ? notSimulatedEvent(this.session, this.sources) : undefined;
    if (missing) this.sendCustom('interlock/notSimulated', missing);
  }

  private tellMoment(state: 'running' | 'stopped' | 'ended', threadId = 0): void {
    if (!this.session || this.noDebug) return;
    this.sendEvent({
      type: 'event',
      event: 'interlock/moment',
      seq: 0,
      body: momentEvent(this.session, state, threadId),
    } as DebugProtocol.Event);
  }

  private end(exitCode: number): void {
    if (this.ended) return;
    this.ended = true;
    this.feed.rest(this.session);
    this.tellMoment('ended');
    this.sendEvent({ type: 'event', event: 'exited', seq: 0, body: { exitCode } } as DebugProtocol.Event);
    this.sendEvent(new TerminatedEvent());
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.control(response, (s) => s.continue());
  }
  protected override nextRequest(response: DebugProtocol.NextResponse, args: DebugProtocol.NextArguments): void {
    this.control(response, (s) => s.next(args.threadId));
  }
  protected override stepInRequest(response: DebugProtocol.StepInResponse, args: DebugProtocol.StepInArguments): void {
    this.control(response, (s) => s.stepIn(args.threadId));
  }
  protected override stepOutRequest(response: DebugProtocol.StepOutResponse, args: DebugProtocol.StepOutArguments): void {
    this.control(response, (s) => s.stepOut(args.threadId));
  }
  protected override stepBackRequest(response: DebugProtocol.StepBackResponse, args: DebugProtocol.StepBackArguments): void {
    this.control(response, (s) => s.stepBack(args.threadId));
  }
  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.control(response, (s) => s.reverseContinue());
  }
  private control(response: DebugProtocol.Response, action: (s: Session) => void): void {
    if (this.ended) {
      this.sendErrorResponse(response, { id: USER_ERROR, format: 'the run is over', showUser: false });
      return;
    }
    if (this.running) {
      this.sendErrorResponse(response, { id: USER_ERROR, format: 'the machine is running; pause it first', showUser: false });
      return;
    }
    if (this.answer(response, () => action(this.need()))) this.resume();
  }
  protected override pauseRequest(response: DebugProtocol.PauseResponse, args: DebugProtocol.PauseArguments): void {
    this.sendResponse(response);
    if (this.running) this.need().pause(args.threadId);
  }

  protected override async restartRequest(
    response: DebugProtocol.RestartResponse,
    args: DebugProtocol.RestartArguments & { arguments?: LaunchArguments },
  ): Promise<void> {
    const launch = args.arguments?.program ? args.arguments : this.launchArguments;
    this.halt();
    const before = this.session;
    try {
      await this.load(launch ?? ({ program: '' } as LaunchArguments));
    } catch (e) {
      this.reportLaunchFailure(response, e);
      return;
    }
    if (before) this.need().adoptBreakpoints(before);
    this.sendResponse(response);
    if (launch) this.launchArguments = launch;
    this.sendEvent(new ContinuedEvent(0, true));
    this.begin();
  }
  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.halt();
    this.sendResponse(response);
    this.end(0);
  }
  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.sendResponse(response);
    this.shutdown();
  }
  /** The client has gone, or its connection is broken. */
  override shutdown(): void {
    this.halt();
    this.session = undefined;
    super.shutdown();
  }
  /** The piece that runs now is the last one. */
  private halt(): void {
    this.running = false;
    this.generation++;
  }

  protected override setExceptionBreakPointsRequest(
    response: DebugProtocol.SetExceptionBreakpointsResponse,
    args: DebugProtocol.SetExceptionBreakpointsArguments,
  ): void {
    this.exceptionFilters = args.filters;
    this.session?.setExceptionFilters(this.filters());
    this.sendResponse(response);
  }
  private sendCustom(event: string, body: object): void {
    this.sendEvent({ type: 'event', event, seq: 0, body } as DebugProtocol.Event);
  }
  protected override customRequest(command: string, response: DebugProtocol.Response, args: unknown): void {
    const handler = Object.hasOwn(customRequests, command) ? customRequests[command] : undefined;
    if (!handler) {
      super.customRequest(command, response, args);
      return;
    }
    let moved = false;
    this.answer(response, () => {
      response.body = handler(
        {
          session: () => this.need(),
          sources: this.sources,
          running: this.running,
          feed: this.feed,
          send: (event, body) => this.sendCustom(event, body),
          move: (action) => {
            if (this.running) throw new EvaluationError('the machine is running; pause it first');
            action(this.need());
            moved = true;
          },
        },
        args,
      );
    });
    if (moved) this.resume();
  }
  private output(line: OutputLine): void {
    const e: DebugProtocol.OutputEvent = new OutputEvent(line.text, line.category);
    if (line.range) {
      const l = this.sources.location(line.range);
      if (l.source) Object.assign(e.body, { source: l.source, line: l.line, column: l.column });
    }
    this.sendEvent(e);
  }
}
