// Where things are: rows of lanes from top to bottom, bands inside a row, and what lies under the mouse.
import type { CpuLane, Lane, Model, ThreadLane } from './model.js';
import { lastAtMost } from './numbers.js';
import { timeAt, type View, xOf } from './view.js';

/** Widths and heights in CSS pixels. */
export const AXIS = 24;
const CPU_ROW = 38;
const THREAD_ROW = 28;
const GAP = 6;

/** Width of the names at the left, in a canvas of some width. */
export const gutterOf = (width: number): number => Math.round(Math.min(210, Math.max(90, width * 0.28)));

export interface Band {
  readonly top: number;
  readonly height: number;
}
export const cpuBands = { run: { top: 4, height: 17 }, irql: { top: 23, height: 6 }, ticks: { top: 31, height: 4 } } as const;
export const threadBands = {
  activity: { top: 4, height: 12 },
  inside: { top: 17, height: 3 },
  locks: { top: 21, height: 3 },
  ticks: { top: 24, height: 3 },
} as const;

export type Row =
  | { readonly kind: 'cpu'; readonly lane: CpuLane; readonly top: number; readonly height: number }
  | { readonly kind: 'thread'; readonly lane: ThreadLane; readonly top: number; readonly height: number };

/** Rows in pixels from the top of all lanes: CPUs, then threads in the order of their creation. */
export function rowsOf(model: Model): Row[] {
  let top = 0;
  const rows: Row[] = [];
  for (const lane of model.cpus) {
    rows.push({ kind: 'cpu', lane, top, height: CPU_ROW });
    top += CPU_ROW;
  }
  top += GAP;
  for (const lane of model.threads) {
    rows.push({ kind: 'thread', lane, top, height: THREAD_ROW });
    top += THREAD_ROW;
  }
  return rows;
}

export const heightOf = (rows: readonly Row[]): number =>
  rows.length === 0 ? 0 : rows[rows.length - 1].top + rows[rows.length - 1].height;

/** The row at a height in pixels from the top of the canvas' lanes area. */
export function rowAt(rows: readonly Row[], view: View, y: number): Row | undefined {
  const at = y + view.top;
  return rows.find((r) => at >= r.top && at < r.top + r.height);
}

/** What is under a point of the lanes area. */
export interface Hit {
  readonly row: Row;
  readonly time: number;
  /** Event of the lane within reach of the pointer, -1 when there is none. */
  readonly event: number;
}

const REACH = 5;

export function hit(model: Model, rows: readonly Row[], view: View, x: number, y: number): Hit | undefined {
  const row = rowAt(rows, view, y);
  if (!row || x < 0 || x >= view.width) return undefined;
  const time = Math.min(Math.max(timeAt(view, x), model.begin), model.end);
  return { row, time, event: nearestEvent(row.lane, view, x) };
}

/** Event of a lane nearest to a place, within REACH pixels; of several at the same place the last. */
function nearestEvent(lane: Lane, view: View, x: number): number {
  const { times, events } = lane;
  const before = lastAtMost(times.data, times.length, timeAt(view, x));
  let best = -1;
  let distance = REACH + 1e-9;
  for (const i of [before, before + 1]) {
    if (i < 0 || i >= times.length) continue;
    const d = Math.abs(xOf(view, times.data[i]) - x);
    if (d < distance) {
      best = events.data[i];
      distance = d;
    }
  }
  return best;
}

/**
 * The position at a moment on a CPU between two of its events. Steps of all CPUs together are counted, so between the events the number is an
 * estimate; it is always between theirs.
 */
export function positionAt(model: Model, cpu: CpuLane, time: number): string {
  const { events } = model;
  const { times } = cpu;
  const i = lastAtMost(times.data, times.length, time);
  if (i < 0) return events.length > events.begin ? events.position(events.begin) : '0:0';
  const a = cpu.events.data[i];
  if (i + 1 >= times.length || times.data[i] === time) return events.position(a);
  const b = cpu.events.data[i + 1];
  const share = (time - times.data[i]) / (times.data[i + 1] - times.data[i]);
  const step = Math.floor(events.step(a) + share * (events.step(b) - events.step(a)));
  return step <= events.step(a) ? events.position(a) : `${step.toString(16).toUpperCase()}:0`;
}

/** The CPU that tells best what happens in a row at a time: the row's own, the one that runs the thread, else a busy one. */
export function cpuFor(model: Model, row: Row, time: number): CpuLane | undefined {
  if (row.kind === 'cpu') return row.lane;
  const runs = (wanted: (thread: number) => boolean): CpuLane | undefined =>
    model.cpus.find((c) => {
      const i = c.run.find(time);
      return i >= 0 && time <= c.run.end(i, model.end) && wanted(c.run.value(i));
    });
  return runs((t) => t === row.lane.number + 1) ?? runs((t) => t !== 0) ?? model.cpus[0];
}
