// Breakpoints of the user: where they are, and whether a hit of one counts (condition, hit count) or only writes a log line.

import type { Location, Locations } from './locations.js';
import type { BreakpointInfo, BreakpointRequest } from './types.js';

export interface Breakpoint {
  readonly id: number;
  readonly path: string;
  readonly request: BreakpointRequest;
  readonly locations: readonly Location[];
  hits: number;
  /** Machine steps up to which its message was written: it is not repeated when the run is. */
  loggedTo: number;
}

/** `>= 3`, `== 2`, `% 10`, or a bare number (meaning "from the n-th hit on"). Undefined: not understood. */
export function parseHitCondition(text: string): ((hits: number) => boolean) | undefined {
  const m = /^\s*(>=|<=|==|=|!=|>|<|%)?\s*(\d+)\s*$/.exec(text);
  if (!m) return undefined;
  const n = Number(m[2]);
  switch (m[1]) {
    case undefined:
    case '>=':
      return (h) => h >= n;
    case '<=':
      return (h) => h <= n;
    case '==':
    case '=':
      return (h) => h === n;
    case '!=':
      return (h) => h !== n;
    case '>':
      return (h) => h > n;
    case '<':
      return (h) => h < n;
    default:
      return (h) => n > 0 && h % n === 0;
  }
}

/** The set of breakpoints. `onChange(step, on)` is told when a step gains its first or loses its last one. */
export class Breakpoints {
  private readonly byPath = new Map<string, Breakpoint[]>();
  private readonly byStep = new Map<number, Breakpoint[]>();
  private lastId = 0;

  constructor(
    private readonly locations: Locations,
    private readonly onChange: (step: number, on: boolean) => void,
  ) {}

  /** Replaces all breakpoints of a file (DAP setBreakpoints). A breakpoint that was there before keeps its id and its hits. */
  set(path: string, requests: readonly BreakpointRequest[]): BreakpointInfo[] {
    const before = this.byPath.get(path) ?? [];
    for (const b of before) for (const l of b.locations) this.remove(l.step, b);
    const now = requests.map((request): Breakpoint => {
      const old = before.find(
        (b) =>
          b.request.line === request.line && b.request.condition === request.condition && b.request.hitCondition === request.hitCondition,
      );
      return {
        id: old?.id ?? ++this.lastId,
        path,
        request,
        locations: this.locations.resolve(path, request.line),
        hits: old?.hits ?? 0,
        loggedTo: old?.request.logMessage === request.logMessage ? (old?.loggedTo ?? -1) : -1,
      };
    });
    this.byPath.set(path, now);
    for (const b of now) if (!problem(b.request)) for (const l of b.locations) this.add(l.step, b);
    return now.map((b) => {
      const message =
        problem(b.request) ??
        (b.locations.length
          ? undefined
          : this.locations.hasFile(path)
            ? 'no code at or below this line'
            : 'this file is not part of the running scenario');
      return { id: b.id, verified: message === undefined, line: b.locations[0]?.line ?? b.request.line, ...(message ? { message } : {}) };
    });
  }

  at(step: number): readonly Breakpoint[] {
    return this.byStep.get(step) ?? [];
  }

  /** Steps that have a breakpoint. */
  steps(): Iterable<number> {
    return this.byStep.keys();
  }
  *all(): Iterable<Breakpoint> {
    for (const list of this.byPath.values()) yield* list;
  }

  /** All requests by file, to set them again in another session. */
  requests(): ReadonlyMap<string, readonly BreakpointRequest[]> {
    return new Map([...this.byPath].map(([p, list]) => [p, list.map((b) => b.request)]));
  }

  private add(step: number, b: Breakpoint): void {
    const list = this.byStep.get(step);
    if (list) list.push(b);
    else {
      this.byStep.set(step, [b]);
      this.onChange(step, true);
    }
  }
  private remove(step: number, b: Breakpoint): void {
    const list = this.byStep.get(step)?.filter((x) => x !== b) ?? [];
    if (list.length) this.byStep.set(step, list);
    else if (this.byStep.delete(step)) this.onChange(step, false);
  }
}

function problem(r: BreakpointRequest): string | undefined {
  return r.hitCondition !== undefined && !parseHitCondition(r.hitCondition)
    ? `hit count '${r.hitCondition}' is not understood; write for example 3, >= 3, == 3 or % 10`
    : undefined;
}
