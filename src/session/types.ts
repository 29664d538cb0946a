// What the debugger says to whoever shows it: plain data, no protocol. The adapter turns these into DAP; tests read them directly.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';

export interface BreakpointRequest {
  /** 1-based. */
  readonly line: number;
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}
export interface BreakpointInfo {
  readonly id: number;
  readonly verified: boolean;
  /** Line it really is on. */
  readonly line: number;
  readonly message?: string;
}

export type StopReason = 'entry' | 'breakpoint' | 'step' | 'pause' | 'exception' | 'goto';
export interface Stop {
  readonly reason: StopReason;
  readonly threadId: number;
  /** Shown in full in the UI, for example the bug check's name. */
  readonly description?: string;
  readonly text?: string;
  readonly breakpointIds?: readonly number[];
}

/** The moment that is shown; positions as text. */
export interface Moment {
  readonly position: string;
  /** Furthest point of this branch. */
  readonly present: string;
  readonly inPast: boolean;
  /** Virtual time. */
  readonly timeNs: number;
}

/** Result of running a piece: still running, stopped, or over. */
export type RunEvent =
  | { readonly kind: 'running' }
  | { readonly kind: 'stopped'; readonly stop: Stop }
  | { readonly kind: 'ended'; readonly exitCode: number };

export interface OutputLine {
  readonly category: 'stdout' | 'stderr' | 'console' | 'important';
  readonly text: string;
  readonly range?: Range;
}

export interface ThreadInfo {
  readonly id: number;
  /** `4.128 System!worker` plus state: `waits for event g_Done`. */
  readonly name: string;
}

export interface FrameInfo {
  readonly id: number;
  readonly name: string;
  /** Undefined for kernel frames without source. */
  readonly range?: Range;
  readonly kind: 'driver' | 'kernel' | 'scenario';
  readonly address: number;
}

export interface ScopeInfo {
  readonly name: string;
  readonly reference: number;
  readonly hint: 'arguments' | 'locals' | 'globals' | 'registers';
  readonly expensive: boolean;
}
export interface VariableInfo {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  /** 0: nothing inside. */
  readonly reference: number;
  readonly expression?: string;
  readonly address?: number;
  readonly readOnly?: boolean;
}
export interface ExceptionInfo {
  readonly id: string;
  readonly description: string;
  readonly breakMode: 'always' | 'unhandled';
  readonly details?: string;
}

export interface ExceptionFilters {
  readonly bugcheck: boolean;
  readonly firstChance: boolean;
}

/** The launch cannot begin: the user's input is wrong. */
export class LaunchError extends Error {
  constructor(
    message: string,
    readonly diagnostics: readonly Diagnostic[],
  ) {
    super(message);
  }
}
