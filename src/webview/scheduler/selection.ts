// What is chosen in the picture: a moment, the row it was chosen in, and the event there, if there is one. Pure: it only looks into the model.
import { cpuFor, type Hit, positionAt, type Row } from './layout.js';
import type { Model } from './model.js';
import { lastAtMost } from './numbers.js';

export interface Selection {
  readonly row: Row;
  readonly time: number;
  readonly position: string;
  /** -1: a moment between events. */
  readonly event: number;
  /** Thread that the debugger should show, when the row is about one. */
  readonly threadId: number;
}

function threadIdOf(model: Model, row: Row, time: number): number {
  if (row.kind === 'thread') return row.lane.threadId;
  const thread = row.lane.run.value(row.lane.run.find(time));
  return thread === 0 ? 0 : model.threads[thread - 1].threadId;
}

export function selectHit(model: Model, h: Hit): Selection {
  if (h.event >= 0) return selectEvent(model, h.event, h.row);
  const cpu = cpuFor(model, h.row, h.time);
  const position = cpu ? positionAt(model, cpu, h.time) : '0:0';
  return { row: h.row, time: h.time, position, event: -1, threadId: threadIdOf(model, h.row, h.time) };
}

export function selectEvent(model: Model, event: number, row: Row): Selection {
  const time = model.events.time(event);
  return { row, time, position: model.events.position(event), event, threadId: threadIdOf(model, row, time) };
}

/** The next (+1) or previous (-1) event of a row; from nothing: the last or first one in it. */
export function neighbour(row: Row, from: Selection | undefined, direction: 1 | -1): number {
  const { events, times } = row.lane;
  if (events.length === 0) return -1;
  if (!from) return events.data[direction > 0 ? 0 : events.length - 1];
  let i: number;
  if (from.event >= 0) {
    i = lastAtMost(events.data, events.length, from.event);
    if (direction < 0 && i >= 0 && events.data[i] === from.event) i--;
    else if (direction > 0) i++;
  } else {
    i = lastAtMost(times.data, times.length, from.time);
    if (direction > 0) i++;
  }
  return events.data[Math.min(Math.max(i, 0), events.length - 1)];
}

/** The row to show an event in: `preferred` when the event is in it, else its CPU. */
export function rowOf(model: Model, rows: readonly Row[], event: number, preferred?: Row): Row | undefined {
  if (preferred) {
    const { events } = preferred.lane;
    const i = lastAtMost(events.data, events.length, event);
    if (i >= 0 && events.data[i] === event) return preferred;
  }
  const cpu = model.events.cpu(event);
  return rows.find((r) => r.kind === 'cpu' && r.lane.cpu === cpu);
}
