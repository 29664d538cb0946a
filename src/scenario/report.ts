// What a run came to, as data: the terminal tells it as a story, `--json` prints it (docs/json.md), the debugger shows its end. Plain JSON values only.

/** `not-simulated`: the run met a routine that is declared but not simulated, so it says nothing about the driver. */
export type Verdict = 'held' | 'failed' | 'bugcheck' | 'limit' | 'not-simulated';

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ReportedFinding {
  /** Stable id: `leak-pool`, `deadlock`, `limit` ..., or a best-practice rule such as `registry-call`. */
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly place?: Place;
  /** Of a rule: the call stack from the place outwards to the callback. */
  readonly path?: readonly string[];
  /** How often it happened, when more than once. */
  readonly count?: number;
}

export interface ReportedBugCheck {
  readonly code: number;
  /** `0x0000003B`. */
  readonly codeText: string;
  readonly name: string;
  /** 16 hexadecimal digits each. */
  readonly parameters: readonly [string, string, string, string];
  readonly explanation: string;
  readonly cpu: number;
  readonly thread: string;
  readonly place?: Place;
  /** Innermost first: `procwatch!ProcWatchProcessNotify (driver/callbacks.c:12:5)`. */
  readonly stack: readonly string[];
}

export type CallbackKind =
  | 'driver-entry'
  | 'driver-unload'
  | 'dispatch'
  | 'work-item'
  | 'dpc'
  | 'process'
  | 'thread'
  | 'image'
  | 'object-pre'
  | 'object-post'
  | 'registry';

/** A function of a driver that the kernel called, in one role. */
export interface ReportedCallback {
  /** Name of the driver block, empty for a function of no driver. */
  readonly driver: string;
  readonly function: string;
  /** What the kernel called it as. */
  readonly kind: CallbackKind;
  readonly calls: number;
  /** Virtual time of the longest call, in nanoseconds. */
  readonly longestNs: number;
}

export interface ReportedOutput {
  /** Virtual time in nanoseconds. */
  readonly timeNs: number;
  readonly cpu: number;
  /** `DbgPrint` of a driver or `process`. */
  readonly source: 'driver' | 'process';
  readonly text: string;
}

export interface ReportedExpectation {
  readonly text: string;
  readonly held: boolean;
  /** Why it did not hold, or why it could not be checked. */
  readonly reason?: string;
  readonly place: Place;
}

/** The call at which a run of verdict `not-simulated` stopped, and how to go on. */
export interface ReportedNotSimulated {
  readonly name: string;
  /** Everything for people, in lines. */
  readonly text: string;
  readonly place?: Place;
  readonly header?: string;
  readonly subsystem?: string;
  readonly documentation?: string;
  /** Statement that lets the scenario answer. */
  readonly stub?: string;
  /** A models file that defines it. */
  readonly model?: string;
}

/** What a green run does not show (DESIGN "what a green run means"). */
export interface NotShown {
  /** What was answered by a stub: `ZwFoo 3 times`, and what exists only as one. */
  readonly stubs: readonly string[];
  /** Functions of `models` that drivers call: `ZwFoo (models.c:12)`. */
  readonly models: readonly string[];
  readonly unconfirmed: readonly string[];
  readonly checksOff: readonly string[];
  readonly ordersTried: string;
}

export interface RunReport {
  readonly scenario: string;
  readonly verdict: Verdict;
  readonly cpus: number;
  readonly seed: number;
  readonly windows: string;
  readonly drivers: readonly {
    readonly name: string;
    readonly status: string;
    readonly unloaded: boolean;
    /** `Debug|x64`: of the project that was compiled. */
    readonly configuration?: string;
  }[];
  readonly processes: readonly {
    readonly id: number;
    readonly image: string;
    readonly parent: number;
    readonly exitStatus: string | null;
  }[];
  readonly callbacks: readonly ReportedCallback[];
  readonly output: readonly ReportedOutput[];
  readonly expectations: readonly ReportedExpectation[];
  readonly findings: readonly ReportedFinding[];
  readonly bugcheck: ReportedBugCheck | null;
  /** With verdict `not-simulated`. */
  readonly notSimulated?: ReportedNotSimulated;
  /** Nanoseconds. */
  readonly virtualTime: number;
  /** Steps that all CPUs together executed. */
  readonly statements: number;
  readonly events: number;
  readonly traceHash: string;
  readonly notShown: NotShown;
}

/** What `--json` prints instead of a report when nothing was run. */
export interface BadInputReport {
  readonly verdict: 'bad-input';
  readonly errors: readonly ReportedError[];
}
export interface ReportedError {
  readonly severity: 'error';
  /** Stable id such as `c-undeclared`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Absent when the problem has no place in a text: a file that is not there. */
  readonly place?: Place;
}
