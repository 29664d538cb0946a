// What crosses between the extension and an exploration of thread orders, which runs in a process of its own (desktop: `interlock explore --json`) or in a worker
// (VS Code for the Web). Types only.

export interface ExploreRequest {
  /** Scenario file or C file, as in a launch request. */
  readonly program: string;
  readonly strategy: 'random' | 'pct' | 'exhaustive';
  /** Time after which the search is given up. */
  readonly seconds: number;
}

/** The part of the outcome that the extension shows; the JSON of the command line has more. */
export interface ExploreAnswer {
  readonly verdict: 'held' | 'failed' | 'budget' | 'not-simulated' | 'bad-input';
  readonly summary?: string;
  readonly scenario?: string;
  readonly strategy?: string;
  readonly orders?: number;
  readonly failure?: {
    readonly what: string;
    readonly switches: number;
    /** Text of the schedule file. */
    readonly schedule: string;
  };
  /** Where the schedule file was written already. */
  readonly file?: string;
  /** bad-input. */
  readonly errors?: readonly { readonly message: string; readonly place?: { readonly file: string; readonly line: number } }[];
}

/** Extension -> worker, once. */
export type ToExploreWorker = { readonly type: 'explore'; readonly request: ExploreRequest };
/** Worker -> extension: any number of `exploring`, then one `explored`. */
export type FromExploreWorker =
  | { readonly type: 'exploring'; readonly orders: number }
  | { readonly type: 'explored'; readonly answer: ExploreAnswer };
