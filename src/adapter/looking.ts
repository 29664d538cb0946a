// The requests that only look at the stopped machine, or set what the next run stops at: breakpoints, threads, frames, variables, evaluation, sources. The
// half of the adapter that starts and runs the machine is built on this one (adapter.ts).
import { DebugSession } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { EvaluationError } from '../machine/inspect/value.js';
import type { Session } from '../session/session.js';
import { completionTargets } from './completions.js';
import { SourceMap } from './source-map.js';

/** Error number of everything that is the user's mistake, not ours. */
export const USER_ERROR = 1001;

export abstract class LookingAdapter extends DebugSession {
  protected session: Session | undefined;
  protected running = false;
  protected readonly sources = new SourceMap();

  protected need(): Session {
    if (!this.session) throw new EvaluationError('nothing has been launched');
    return this.session;
  }

  /** Runs an action whose EvaluationError is the user's mistake, not ours; false after one. */
  protected answer(response: DebugProtocol.Response, action: () => void): boolean {
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
}
