// The parts of the panel that are real elements: CPUs, queues and threads at the chosen moment, and the list of events around it, which says to a screen
// reader what the canvas shows to the eye.
import type { ScheduleAnswer } from '../../messages/scheduler.js';
import { describeRow, irqlName } from './describe.js';
import type { Model } from './model.js';

function element<K extends keyof HTMLElementTagNameMap>(tag: K, text = '', className = ''): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (text) e.textContent = text;
  if (className) e.className = className;
  return e;
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): HTMLTableElement {
  const t = element('table');
  t.append(element('caption', caption));
  const head = t.createTHead().insertRow();
  for (const h of heads) {
    const cell = element('th', h);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = t.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const text of row) line.insertCell().textContent = text;
  }
  return t;
}

/** Shows the scheduler's state at a moment. */
export function showSchedule(target: HTMLElement, title: string, answer: ScheduleAnswer | undefined, error: string | undefined): void {
  target.replaceChildren(element('h2', title));
  if (error) target.append(element('p', error, 'error'));
  if (!answer) return;
  target.append(
    table(
      'CPUs',
      ['CPU', 'Runs', 'IRQL', 'Standby', 'Ready queue'],
      answer.cpus.map((c) => [String(c.cpu), c.running, irqlName(c.irql), c.standby || '–', c.ready.join(', ') || '–']),
    ),
    table(
      'Threads',
      ['Thread', 'State', 'Priority', 'CPU', 'Details'],
      answer.threads
        .filter((t) => t.state !== 'terminated')
        .map((t) => [t.name, t.state, t.priority > 0 ? String(t.priority) : '–', t.cpu < 0 ? '–' : String(t.cpu), t.detail]),
    ),
  );
}

/** Events listed before and after the selected one. */
const AROUND = 40;

export class EventList {
  private first = -1;
  private last = -1;
  private length = -1;
  private selected = -2;

  constructor(
    private readonly list: HTMLElement,
    private readonly choose: (event: number) => void,
  ) {
    list.addEventListener('click', (e) => {
      const option = (e.target as HTMLElement).closest<HTMLElement>('[role=option]');
      if (option) this.choose(Number(option.dataset.event));
    });
  }

  clear(): void {
    this.list.replaceChildren();
    this.first = this.last = this.length = -1;
    this.selected = -2;
  }

  /** Lists the events around one (-1: the newest) and marks it. */
  show(model: Model, selected: number): void {
    const { events } = model;
    // what is listed reaches to the end of the run, as long as that is within reach
    const complete = this.length === events.length || (selected >= 0 && this.last < this.length);
    if (complete && selected === this.selected) return;
    this.selected = selected;
    const center = selected < 0 ? events.length - 1 : selected;
    if (!complete || selected < this.first + 5 || selected >= this.last - 5) {
      this.first = Math.max(events.begin, center - AROUND);
      this.last = Math.min(events.length, center + AROUND);
      this.length = events.length;
      this.list.replaceChildren();
      for (let i = this.first; i < this.last; i++) this.list.append(this.option(model, i));
    }
    for (const option of this.list.querySelectorAll('[aria-selected=true]')) option.setAttribute('aria-selected', 'false');
    const option = document.getElementById(`event-${center}`);
    if (selected < 0 || !option) {
      this.list.removeAttribute('aria-activedescendant');
      this.list.scrollTop = this.list.scrollHeight;
      return;
    }
    option.setAttribute('aria-selected', 'true');
    this.list.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  private option(model: Model, i: number): HTMLElement {
    const { time, place, text } = describeRow(model, i);
    const o = element('div', '', 'event');
    o.id = `event-${i}`;
    o.dataset.event = String(i);
    o.setAttribute('role', 'option');
    o.setAttribute('aria-selected', 'false');
    o.setAttribute('aria-label', `${time}, ${place}: ${text}`);
    o.setAttribute('aria-posinset', String(i - model.events.begin + 1));
    o.setAttribute('aria-setsize', String(model.events.length - model.events.begin));
    o.append(element('span', time, 'time'), element('span', place, 'place'), element('span', text, 'text'));
    return o;
  }
}
