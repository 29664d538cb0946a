// Events and spans in words: for the tooltip, the list and screen readers. All three say the same.

import type { EventValue } from './events.js';
import type { Hit } from './layout.js';
import type { CpuLane, Model, ThreadLane } from './model.js';
import { ACTIVITY_NAMES, Activity, shortAddress } from './model.js';
import { formatTime } from './view.js';

const IRQL_NAMES: Record<number, string> = {
  0: 'PASSIVE_LEVEL',
  1: 'APC_LEVEL',
  2: 'DISPATCH_LEVEL',
  13: 'CLOCK_LEVEL',
  14: 'IPI_LEVEL',
  15: 'HIGH_LEVEL',
};
export const irqlName = (level: number): string => IRQL_NAMES[level] ?? `device IRQL ${level}`;

const ADDRESS_LIMIT = -0x100000000;

function valueText(m: Model, v: EventValue, meaning: string | undefined, event: number): string {
  if (typeof v === 'bigint') return `0x${v.toString(16)}`;
  if (typeof v === 'string') return v.trim();
  if (meaning === 'status') return `0x${(v >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
  if (meaning === 'irql') return irqlName(v);
  if (meaning === 'thread') return v === 0 ? 'none' : (m.threadAt(v, event)?.name ?? m.nameOf(v));
  return v < ADDRESS_LIMIT ? m.nameOf(v) : String(v);
}

/** `context switch: 4.32 System!scenario -> 36.40 explorer.exe!launcher (wait)` */
export function describeEvent(m: Model, i: number): string {
  const { events } = m;
  const { kind } = events.kind(i);
  const num = (name: string): number => events.number(i, name);
  const thread = (name: string): string => (num(name) === 0 ? 'idle' : (m.threadAt(num(name), i)?.name ?? shortAddress(num(name))));
  const object = (name: string): string => (num(name) === 0 ? '' : m.nameOf(num(name)));
  switch (kind) {
    case 'ke.switch':
      return `context switch: ${thread('from')} → ${thread('to')} (${events.text(i, 'reason')})`;
    case 'ke.ready': {
      const why = events.text(i, 'why');
      return `${thread('thread')} ${num('standby') ? 'standby for' : 'ready on'} CPU ${num('cpu')}, priority ${num('priority')}${why ? ` (${why})` : ''}`;
    }
    case 'ke.wait': {
      const what = object('object');
      return `${thread('thread')} waits${what ? ` for ${what}` : ''} (${events.text(i, 'reason')})`;
    }
    case 'ke.unwait': {
      const what = object('object');
      const by = m.threadAt(num('by'), i) ? ` by ${thread('by')}` : '';
      return `${thread('thread')} woken${by}${what ? `, ${what}` : ''}`;
    }
    case 'ke.irql':
      return `IRQL ${irqlName(num('from'))} → ${irqlName(num('to'))}`;
  }
  const { names, meaning, values } = events.kind(i);
  const data = events.data(i);
  const said = names.map((name, j) => [name, valueText(m, data[name], values?.[j], i)]).filter(([, text]) => text !== '');
  const what = meaning ?? kind.replace(/^\w+\./, '').replace(/[.-]/g, ' ');
  return `${what}${said.length === 0 ? '' : `: ${said.map(([name, text]) => `${name} ${text}`).join(', ')}`}`;
}

export const timeText = (m: Model, steps: number): string => formatTime(steps * m.stepNs, m.stepNs);

/** One line of the list: time, CPU, thread, what. */
export function describeRow(m: Model, i: number): { readonly time: string; readonly place: string; readonly text: string } {
  const { events } = m;
  const thread = events.thread(i);
  const who = thread === 0 ? 'idle' : (m.threadAt(thread, i)?.name ?? '');
  return { time: timeText(m, events.time(i)), place: `CPU ${events.cpu(i)} · ${who}`, text: describeEvent(m, i) };
}

/** Lines of the tooltip: where, the state there, the event under the pointer. */
export function describeHit(m: Model, h: Hit): string[] {
  const lines = h.row.kind === 'cpu' ? cpuLines(m, h.row.lane, h.time) : threadLines(m, h.row.lane, h.time);
  if (h.event >= 0)
    lines.push(`▸ ${describeEvent(m, h.event)}`, `${timeText(m, m.events.time(h.event))}, position ${m.events.position(h.event)}`);
  else lines.push(timeText(m, Math.max(0, h.time)));
  return lines;
}

function spanText(m: Model, start: number, end: number): string {
  return `${timeText(m, start)} to ${timeText(m, end)} (${timeText(m, end - start)})`;
}

function cpuLines(m: Model, lane: CpuLane, time: number): string[] {
  const i = lane.run.find(time);
  const thread = lane.run.value(i);
  const out = [`CPU ${lane.cpu}: ${thread === 0 ? 'idle' : m.threads[thread - 1].name}`];
  if (i >= 0) {
    out.push(spanText(m, lane.run.start(i), lane.run.end(i, m.end)));
    if (m.events.kind(lane.run.cause(i)).kind === 'ke.switch')
      out.push(`switched to because of: ${m.events.text(lane.run.cause(i), 'reason')}`);
  }
  const irql = lane.irql.value(lane.irql.find(time));
  if (irql > 0) out.push(irqlName(irql));
  const dpc = lane.dpc.find(time);
  if (lane.dpc.value(dpc)) out.push(`DPC ${m.nameOf(m.events.number(lane.dpc.cause(dpc), 'routine'))}`);
  const spin = lane.spin.find(time);
  if (lane.spin.value(spin)) out.push(`spins for ${m.nameOf(m.events.number(lane.spin.cause(spin), 'lock'))}`);
  return out;
}

function threadLines(m: Model, lane: ThreadLane, time: number): string[] {
  const i = lane.activity.find(time);
  const value = lane.activity.value(i);
  const out = [lane.name];
  if (i >= 0) {
    const cause = lane.activity.cause(i);
    out.push(`${ACTIVITY_NAMES[value]}, ${spanText(m, lane.activity.start(i), lane.activity.end(i, m.end))}`);
    if (value === Activity.Waiting || value === Activity.Ready || value === Activity.Standby) out.push(describeEvent(m, cause));
    if (value === Activity.Waiting && i + 1 < lane.activity.length) {
      const wake = wakeBefore(m, lane, lane.activity.cause(i + 1));
      if (wake >= 0) out.push(describeEvent(m, wake));
    }
  }
  const inside = lane.inside.find(time);
  if (lane.inside.value(inside) > 0) out.push(`inside: ${describeEvent(m, lane.inside.cause(inside))}`);
  const wanted = lane.contended.find(time);
  if (lane.contended.value(wanted) > 0) out.push(`wants a lock: ${describeEvent(m, lane.contended.cause(wanted))}`);
  const locks = lane.locks.value(lane.locks.find(time));
  if (locks > 0) out.push(`holds ${locks} lock${locks === 1 ? '' : 's'}: ${describeEvent(m, lane.locks.cause(lane.locks.find(time)))}`);
  return out;
}

/** The event that ended a thread's wait: shortly before the one that made it ready. -1 when it is not among the last few. */
function wakeBefore(m: Model, lane: ThreadLane, ready: number): number {
  for (let i = ready; i >= m.events.begin && i > ready - 8; i--) {
    if (m.events.kind(i).kind === 'ke.unwait' && m.events.number(i, 'thread') === lane.address) return i;
  }
  return -1;
}
