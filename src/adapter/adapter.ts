// The debug adapter: DAP requests in, calls of the session out. It holds no debugger logic of its own; it keeps the run going in short pieces so that pause,
// breakpoints and evaluation are answered within milliseconds while the machine runs.
import {
  ContinuedEvent,
  DebugSession,
  InitializedEvent,
  OutputEvent,
  StoppedEvent,
  TerminatedEvent,
  ThreadEvent,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { type Diagnostic, formatDiagnostic } from '../base/diagnostic.js';
import { EvaluationError } from '../machine/inspect/value.js';
import { Session, summary } from '../session/session.js';
import { type ExceptionFilters, LaunchError, type OutputLine, type RunEvent } from '../session/types.js';
import { completionTargets } from './completions.js';
import { customRequests } from './custom-requests.js';
import { momentEvent } from './history-requests.js';
import type { AdapterHost } from './host.js';
import { selectThread } from './inspector-requests.js';
import { loadProgram } from './program.js';
import { TraceFeed } from './scheduler-requests.js';
import { SourceMap } from './source-map.js';

export interface LaunchArguments extends DebugProtocol.LaunchRequestArguments {
  /** Scenario file, a schedule of one, or a C file to run under the default scenario. */
  program: string;
  stopOnEntry?: boolean;
  cpus?: number;
  seed?: number;
  /** False: a bug check ends the run with its report. */
  stopOnBugCheck?: boolean;
  /** Set by our own client while its scheduler panel is open: the whole trace is streamed to it. */
  __followTrace?: boolean;
  /** Megabytes of memory for going back in time. */
  historyBudgetMB?: number;
}

/** Steps of the first piece; later ones are sized so that a piece takes about PIECE_MS. */
const FIRST_PIECE = 20_000;
const PIECE_MS = 15;

const USER_ERROR = 1001;

/** launch.json is written by hand: a number in it may be anything. */
function checkNumber(name: string, value: unknown, min: number, max: number): void {
  if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)) return;
  throw new LaunchError(
    `'${name}' in the launch configuration must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`,
    [],
  );
}

export class InterlockAdapter extends DebugSession {
  private session: Session | undefined;
  private launchArguments: LaunchArguments | undefined;
  private noDebug = false;
  private running = false;
  private ended = false;
  private generation = 0;
  private readonly sources = new SourceMap();
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
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsConditionalBreakpoints: true,
      supportsHitConditionalBreakpoints: true,
      supportsLogPoints: true,
      supportsEvaluateForHovers: true,
      supportsSetVariable: true,
      supportsExceptionInfoRequest: true,
      supportsTerminateRequest: true,
      supportsRestartRequest: true,
      supportsDelayedStackTraceLoading: true,
      supportsStepBack: true,
      supportsBreakpointLocationsRequest: true,
      supportsLoadedSourcesRequest: true,
      supportsCompletionsRequest: true,
      completionTriggerCharacters: ['!', '.', '~', '>', ' ', '_'],
      exceptionBreakpointFilters: [
        { filter: 'bugcheck', label: 'Bug checks', description: 'Stop where the machine would show a stop screen', default: true },
        {
          filter: 'first-chance',
          label: 'First-chance exceptions',
          description: 'Stop when an exception is raised, before a __try/__except handles it',
          default: false,
        },
      ],
    };
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
    if (typeof args.program !== 'string' || args.program === '')
      throw new LaunchError("'program' is missing in the launch configuration: give a .scenario file or a .c file", []);
    checkNumber('cpus', args.cpus, 1, 64);
    checkNumber('seed', args.seed, 0, 0xffffffff);
    checkNumber('historyBudgetMB', args.historyBudgetMB, 16, 65_536);
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
  private need(): Session {
    if (!this.session) throw new EvaluationError('nothing has been launched');
    return this.session;
  }

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

  // ---------------------------------------------------------------- breakpoints
  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    const shown = this.sources.shownPath(args.source);
    const requests = (args.breakpoints ?? []).map((b) => ({
      line: b.line,
      ...(b.condition ? { condition: b.condition } : {}),
      ...(b.hitCondition ? { hitCondition: b.hitCondition } : {}),
      ...(b.logMessage ? { logMessage: b.logMessage } : {}),
    }));
    this.answer(response, () => {
      const set = this.need().setBreakpoints(shown, requests);
      response.body = {
        breakpoints: set.map((b) => ({
          id: b.id,
          verified: b.verified,
          line: b.line,
          source: args.source,
          ...(b.message ? { message: b.message } : {}),
        })),
      };
    });
  }
  protected override breakpointLocationsRequest(
    response: DebugProtocol.BreakpointLocationsResponse,
    args: DebugProtocol.BreakpointLocationsArguments,
  ): void {
    this.answer(response, () => {
      const lines = this.need().breakpointLines(this.sources.shownPath(args.source), args.line, args.endLine ?? args.line);
      response.body = { breakpoints: lines.map((line) => ({ line })) };
    });
  }
  protected override setExceptionBreakPointsRequest(
    response: DebugProtocol.SetExceptionBreakpointsResponse,
    args: DebugProtocol.SetExceptionBreakpointsArguments,
  ): void {
    this.exceptionFilters = args.filters;
    this.session?.setExceptionFilters(this.filters());
    this.sendResponse(response);
  }
  protected override exceptionInfoRequest(response: DebugProtocol.ExceptionInfoResponse): void {
    const info = this.session?.exceptionInfo();
    if (!info) {
      this.sendErrorResponse(response, { id: USER_ERROR, format: 'there is no exception', showUser: false });
      return;
    }
    response.body = {
      exceptionId: info.id,
      description: info.description,
      breakMode: info.breakMode,
      ...(info.details ? { details: { message: info.description, stackTrace: info.details } } : {}),
    };
    this.sendResponse(response);
  }

  // ---------------------------------------------------------------- looking
  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    response.body = { threads: this.session ? this.session.threads().map((t) => ({ id: t.id, name: t.name })) : [] };
    this.sendResponse(response);
  }
  protected override stackTraceRequest(response: DebugProtocol.StackTraceResponse, args: DebugProtocol.StackTraceArguments): void {
    const { frames, total } = this.session?.stackTrace(args.threadId, args.startFrame ?? 0, args.levels ? args.levels : 1000) ?? {
      frames: [],
      total: 0,
    };
    response.body = {
      totalFrames: total,
      stackFrames: frames.map((f) => ({
        id: f.id,
        name: f.name,
        ...this.sources.location(f.range),
        instructionPointerReference: `0x${BigInt.asUintN(64, BigInt(f.address)).toString(16)}`,
        presentationHint: f.kind === 'kernel' ? ('subtle' as const) : ('normal' as const),
      })),
    };
    this.sendResponse(response);
  }
  protected override scopesRequest(response: DebugProtocol.ScopesResponse, args: DebugProtocol.ScopesArguments): void {
    this.answer(response, () => {
      const scopes = this.need().scopes(args.frameId);
      response.body = {
        scopes: scopes.map((s) => ({ name: s.name, variablesReference: s.reference, expensive: s.expensive, presentationHint: s.hint })),
      };
    });
  }
  protected override variablesRequest(response: DebugProtocol.VariablesResponse, args: DebugProtocol.VariablesArguments): void {
    response.body = {
      variables: (this.session?.variables(args.variablesReference) ?? []).map((v) => ({
        name: v.name,
        value: v.value,
        type: v.type,
        variablesReference: v.reference,
        ...(v.expression ? { evaluateName: v.expression } : {}),
        ...(v.address === undefined ? {} : { memoryReference: `0x${BigInt.asUintN(64, BigInt(v.address)).toString(16)}` }),
        ...(v.readOnly ? { presentationHint: { attributes: ['readOnly'] } } : {}),
      })),
    };
    this.sendResponse(response);
  }
  protected override setVariableRequest(response: DebugProtocol.SetVariableResponse, args: DebugProtocol.SetVariableArguments): void {
    this.answer(response, () => {
      const v = this.need().setVariable(args.variablesReference, args.name, args.value);
      response.body = { value: v.value, type: v.type, variablesReference: v.reference };
    });
  }
  protected override evaluateRequest(response: DebugProtocol.EvaluateResponse, args: DebugProtocol.EvaluateArguments): void {
    this.answer(response, () => {
      const v = this.need().evaluate(args.expression, args.frameId, args.context === 'repl');
      response.body = { result: v.value, type: v.type, variablesReference: v.reference };
    });
  }
  protected override completionsRequest(response: DebugProtocol.CompletionsResponse, args: DebugProtocol.CompletionsArguments): void {
    response.body = { targets: this.session && !this.running ? completionTargets(this.session, args) : [] };
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
  /** Runs an action whose EvaluationError is the user's mistake, not ours; false after one. */
  private answer(response: DebugProtocol.Response, action: () => void): boolean {
    try {
      action();
    } catch (e) {
      if (!(e instanceof EvaluationError)) throw e;
      this.sendErrorResponse(response, { id: USER_ERROR, format: e.message.replace(/[{}]/g, ''), showUser: false });
      return false;
    }
    this.sendResponse(response);
    return true;
  }

  // ---------------------------------------------------------------- sources
  protected override loadedSourcesRequest(response: DebugProtocol.LoadedSourcesResponse): void {
    response.body = { sources: this.session ? this.session.sources().map((f) => this.sources.source(f)) : [] };
    this.sendResponse(response);
  }
  protected override sourceRequest(response: DebugProtocol.SourceResponse, args: DebugProtocol.SourceArguments): void {
    const file = this.sources.builtin(args.sourceReference);
    if (!file) {
      this.sendErrorResponse(response, { id: USER_ERROR, format: 'this source is not available', showUser: false });
      return;
    }
    response.body = { content: file.text, mimeType: 'text/x-c' };
    this.sendResponse(response);
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
