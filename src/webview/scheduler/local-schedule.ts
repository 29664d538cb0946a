// The scheduler's state at an event from the lanes alone: what the panel shows when the session, which knows more, is gone.
import type { ScheduleAnswer, ScheduledThread } from '../../messages/scheduler.js';
import { describeEvent } from './describe.js';
import { Activity, type Model } from './model.js';
import type { Series } from './series.js';

/** The span of a series that holds just before an event. */
function before(series: Series, time: number, event: number): number {
  let i = series.find(time);
  while (i >= 0 && series.cause(i) >= event) i--;
  return i;
}

const STATES: readonly ScheduledThread['state'][] = ['terminated', 'running', 'ready', 'standby', 'waiting'];

export function localSchedule(m: Model, event: number): ScheduleAnswer {
  const { events } = m;
  const last = events.length - 1;
  const time = events.time(Math.min(event, last));
  // clocks of CPUs differ a little: look from the end of time where the event is the last one
  const at = event > last ? m.end : Math.max(time, m.begin);
  const threads = m.threads.flatMap((t): ScheduledThread[] => {
    const i = before(t.activity, at, event);
    if (i < 0) return [];
    const value = t.activity.value(i);
    const state = value === Activity.None && t.activity.value(i - 1) === 0 && i === 0 ? 'initialized' : STATES[value];
    const cause = t.activity.cause(i);
    const detail = value === Activity.None || value === Activity.Running ? '' : describeEvent(m, cause);
    const priority = events.number(cause, 'priority');
    const cpu = value === Activity.Waiting || value === Activity.None ? -1 : events.number(cause, 'cpu');
    return [{ address: t.address, threadId: t.threadId, name: t.name, state, priority, cpu, detail }];
  });
  const cpus = m.cpus.map((c) => {
    const run = c.run.value(before(c.run, at, event));
    const on = (state: string): string[] => threads.filter((t) => t.cpu === c.cpu && t.state === state).map((t) => t.name);
    return {
      cpu: c.cpu,
      irql: c.irql.value(before(c.irql, at, event)),
      running: run === 0 ? 'Idle' : m.threads[run - 1].name,
      standby: on('standby').join(', '),
      ready: on('ready'),
    };
  });
  return { position: event > last ? '' : events.position(event), index: event, cpus, threads };
}
