// The panel: messages of the extension in, picture, details and list out. It can be thrown away at any moment (hidden, reloaded): what it knows comes again
// from the extension, and how the user looked at it is kept as the webview's state.
import type { MomentEvent } from '../../messages/moment.js';
import type { FromSchedulerPanel, RecordingInfo, SchedulerViewState, ToSchedulerPanel, TraceBatch } from '../../messages/scheduler.js';
import { describeEvent, describeHit, timeText } from './describe.js';
import { EventList, showSchedule } from './details.js';
import { AXIS, type Hit, heightOf, hit, type Row, rowsOf } from './layout.js';
import { localSchedule } from './local-schedule.js';
import { Model } from './model.js';
import type { Page } from './page.js';
import { type Marks, Picture } from './picture.js';
import { neighbour, rowOf, type Selection, selectEvent, selectHit } from './selection.js';
import { clamp, type Extent, fit, follow, pan, reveal, revealRow, type View, xOf, zoom } from './view.js';

export interface Host {
  postMessage(message: FromSchedulerPanel): void;
  getState(): SchedulerViewState | undefined;
  setState(state: SchedulerViewState): void;
}

const ELEMENTS_MS = 80;

export class Panel {
  private model = new Model();
  private rows: Row[] = [];
  private view: View = { left: 0, scale: 1, top: 0, width: 1, height: 1, following: true };
  /** The whole run is in sight, also when it grows. */
  private fitted = true;
  private selection: Selection | undefined;
  private recording: RecordingInfo | undefined;
  private moment: MomentEvent | undefined;
  private restore: SchedulerViewState | undefined;
  private asked = '';
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private elementTimer: ReturnType<typeof setTimeout> | undefined;
  private keepTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly picture: Picture;
  private readonly list: EventList;

  constructor(
    private readonly page: Page,
    private readonly host: Host,
  ) {
    this.picture = new Picture(page.canvas);
    this.list = new EventList(page.list, (event) => this.choose(event, true));
    this.restore = host.getState();
    this.showRecording(undefined, 'Loading …');
  }

  // ---------------------------------------------------------------- messages
  receive(message: ToSchedulerPanel): void {
    switch (message.type) {
      case 'recording':
        if (message.recording?.id !== this.recording?.id || !message.recording) this.forget();
        this.showRecording(message.recording, message.hint);
        break;
      case 'batch':
        if (message.recording === this.recording?.id) this.addBatch(message.batch);
        break;
      case 'moment':
        this.moment = message.moment;
        if (message.moment.state === 'stopped') this.selection = undefined; // the debugger has moved: its moment is what the details are about
        this.askSchedule();
        this.redraw();
        break;
      case 'schedule':
        if (message.position === this.asked) this.showDetails(message.answer, message.error);
        break;
      case 'message':
        this.say(message.text);
        break;
    }
  }

  private addBatch(batch: TraceBatch): void {
    if (batch.generation !== this.model.generation && this.model.generation >= 0) this.forget();
    if (!this.model.append(batch)) {
      this.host.postMessage({ type: 'ready' }); // a batch was lost: have all of them sent again
      this.forget();
      return;
    }
    const count = this.rows.length;
    if (count !== this.model.cpus.length + this.model.threads.length) this.rows = rowsOf(this.model);
    if (this.restore && this.model.events.length >= batch.length) this.restoreView(this.restore);
    else if (!this.restore) this.grown();
    this.redraw();
  }

  private grown(): void {
    if (this.fitted) this.view = fit(this.view, this.extent());
    else if (this.view.following) this.view = follow(this.view, this.extent());
  }

  private forget(): void {
    this.model = new Model();
    this.rows = [];
    this.selection = undefined;
    this.moment = undefined;
    this.list.clear();
    this.page.details.replaceChildren();
    this.redraw();
  }

  private restoreView(state: SchedulerViewState): void {
    this.restore = undefined;
    const { left, scale, top, following, selected } = state;
    if (![left, scale, top].every(Number.isFinite) || scale <= 0) return this.grown();
    this.fitted = following && xOf({ ...this.view, left, scale }, this.model.end) <= this.view.width;
    this.view = clamp({ ...this.view, left, scale, top, following }, this.extent());
    if (this.fitted) this.grown();
    if (selected >= this.model.events.begin && selected < this.model.events.length) this.choose(selected, false);
  }

  private showRecording(recording: RecordingInfo | undefined, hint: string | undefined): void {
    const { page } = this;
    this.recording = recording;
    page.empty.hidden = recording !== undefined;
    page.hint.textContent = hint ?? '';
    for (const e of [page.stage, page.below, page.legend]) e.hidden = recording === undefined;
    for (const b of Object.values(page.buttons)) b.hidden = recording === undefined;
    page.title.textContent = recording?.name ?? 'Scheduler';
    this.showStatus();
    this.resize();
  }

  private showStatus(): void {
    const { recording, model, page } = this;
    const n = model.events.length;
    const ended = recording?.state === 'ended' ? 'ended' : (recording?.state ?? '');
    const status = recording
      ? `${n.toLocaleString()} events, ${timeText(model, model.end)}, ${ended}${this.moment?.inPast ? ', the debugger is in the past' : ''}`
      : '';
    if (page.status.textContent !== status) page.status.textContent = status;
    page.buttons.goTo.disabled = recording?.state === 'ended' || !this.selection;
    page.buttons.follow.setAttribute('aria-pressed', String(this.view.following));
  }

  private say(text: string): void {
    this.page.message.textContent = text;
    this.page.message.hidden = text === '';
  }

  // ---------------------------------------------------------------- selection
  /** Chooses an event; `center`: brings it in sight. */
  choose(event: number, show: boolean, preferred = this.selection?.row): void {
    const row = rowOf(this.model, this.rows, event, preferred);
    if (row) this.select(selectEvent(this.model, event, row), show);
  }

  select(s: Selection | undefined, show: boolean): void {
    this.selection = s;
    this.say('');
    if (s && show) {
      this.fitted = this.fitted && xOf(this.view, s.time) >= 0;
      this.view = reveal(this.view, this.extent(), s.time);
      this.view = revealRow(this.view, this.extent(), s.row.top, s.row.top + s.row.height);
    }
    if (s) this.page.announcement.textContent = this.selectionText(s);
    this.askSchedule();
    this.redraw();
  }

  private selectionText(s: Selection): string {
    const where = s.row.kind === 'cpu' ? `CPU ${s.row.lane.cpu}` : s.row.lane.name;
    return `${where}, ${timeText(this.model, s.time)}: ${s.event >= 0 ? describeEvent(this.model, s.event) : 'between events'}`;
  }

  /** The debugger shall go to what is chosen. */
  goTo(): void {
    const s = this.selection;
    if (!s) return;
    if (this.recording?.state === 'ended') {
      this.say('The session has ended: its picture can be looked at, but the debugger cannot go there. Start it again to do so.');
      return;
    }
    this.host.postMessage({ type: 'goTo', position: s.position, ...(s.threadId ? { threadId: s.threadId } : {}) });
  }

  private askSchedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const position = this.selection?.position ?? this.moment?.position;
      if (position === undefined) return;
      this.asked = position;
      if (this.recording?.state === 'ended') this.showDetails(undefined, undefined);
      else this.host.postMessage({ type: 'scheduleAt', position });
    }, 60);
  }

  private showDetails(answer: Parameters<typeof showSchedule>[2], error: string | undefined): void {
    const { model } = this;
    const s = this.selection;
    const event = s ? (s.event >= 0 ? s.event : model.events.indexAtTime(s.time)) : model.events.length;
    const shown = answer ?? (model.events.length > model.events.begin ? localSchedule(model, event) : undefined);
    const time = s ? timeText(model, s.time) : this.moment ? timeText(model, this.moment.timeNs / model.stepNs) : '';
    showSchedule(this.page.details, `At ${time}, position ${this.asked}`, shown, answer ? undefined : error);
  }

  // ---------------------------------------------------------------- looking
  private extent(): Extent {
    return { begin: this.model.begin, end: this.model.end, height: heightOf(this.rows) };
  }
  /** Zooms; keeps the time at a place of the canvas where it is. */
  zoomBy(factor: number, canvasX = this.picture.gutter + this.view.width / 2): void {
    this.fitted = false;
    this.change(zoom(this.view, this.extent(), factor, canvasX - this.picture.gutter));
  }
  overNames(canvasX: number): boolean {
    return canvasX < this.picture.gutter;
  }
  panBy(dx: number, dy: number): void {
    if (dx !== 0) this.fitted = false;
    this.change(pan(this.view, this.extent(), dx, dy));
  }
  fitAll(): void {
    this.fitted = true;
    this.change({ ...fit(this.view, this.extent()), following: true });
  }
  toggleFollow(): void {
    const following = !this.view.following;
    this.fitted = false;
    this.change(following ? follow({ ...this.view, following }, this.extent()) : { ...this.view, following });
  }
  private change(view: View): void {
    this.view = view;
    this.redraw();
  }

  hitAt(canvasX: number, canvasY: number): Hit | undefined {
    const x = canvasX - this.picture.gutter;
    return x < 0 || canvasY < AXIS ? undefined : hit(this.model, this.rows, this.view, x, canvasY - AXIS);
  }
  selectAt(canvasX: number, canvasY: number): void {
    const h = this.hitAt(canvasX, canvasY);
    if (!h) return;
    this.select(selectHit(this.model, h), false);
    this.goTo();
  }
  tooltipAt(canvasX: number, canvasY: number): string[] | undefined {
    const h = this.hitAt(canvasX, canvasY);
    return h && describeHit(this.model, h);
  }

  /** The next or previous event of the chosen row. */
  step(direction: 1 | -1): void {
    const row = this.selection?.row ?? this.rows[0];
    if (!row) return;
    const event = neighbour(row, this.selection, direction);
    if (event >= 0) this.select(selectEvent(this.model, event, row), true);
  }
  /** The next or previous event of all. */
  stepAll(direction: 1 | -1): void {
    const { events } = this.model;
    const from = this.selection?.event ?? (direction > 0 ? events.begin - 1 : events.length);
    const to = Math.min(
      Math.max((from < 0 ? events.indexAtTime(this.selection?.time ?? 0) : from) + direction, events.begin),
      events.length - 1,
    );
    if (to >= events.begin) this.choose(to, true);
  }
  stepRow(direction: 1 | -1): void {
    const now = this.selection ? this.rows.findIndex((r) => r.lane === this.selection?.row.lane) : -direction;
    const row = this.rows[Math.min(Math.max(now + direction, 0), this.rows.length - 1)];
    if (!row) return;
    const time = this.selection?.time ?? this.model.begin;
    this.select({ ...selectHit(this.model, { row, time, event: -1 }) }, true);
  }
  first(): void {
    if (this.model.events.length > this.model.events.begin) this.choose(this.model.events.begin, true);
  }
  last(): void {
    if (this.model.events.length > this.model.events.begin) this.choose(this.model.events.length - 1, true);
  }

  // ---------------------------------------------------------------- drawing
  themeChanged(): void {
    this.picture.readTheme();
    this.redraw();
  }
  resize(): void {
    const { clientWidth, clientHeight } = this.page.stage;
    if (clientWidth === 0 || clientHeight === 0) return;
    const size = this.picture.resize(clientWidth, clientHeight);
    this.view = clamp({ ...this.view, ...size }, this.extent());
    if (!this.restore) this.grown();
    this.redraw();
  }

  private redraw(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.frame = 0;
    if (!this.recording) return;
    this.picture.draw(this.model, this.rows, this.view, this.marks());
    this.elementTimer ??= setTimeout(() => this.showElements(), ELEMENTS_MS);
    if (!this.restore) this.keep();
  }

  /** The list and the status follow the picture a little later: elements are slower than pixels. */
  private showElements(): void {
    this.elementTimer = undefined;
    if (this.model.events.length > this.model.events.begin) this.list.show(this.model, this.listed());
    this.showStatus();
  }

  /** Remembers how the run is looked at, not more often than is good: the editor hears of each. */
  private keep(): void {
    this.keepTimer ??= setTimeout(() => {
      this.keepTimer = undefined;
      const { left, scale, top, following } = this.view;
      this.host.setState({ left, scale, top, following, selected: this.selection?.event ?? -1 });
    }, 200);
  }

  /** Event that the list is about: the chosen one, else the next after the chosen or the debugger's moment, else (-1) the newest. */
  private listed(): number {
    const { selection: s, moment, model } = this;
    if (s) return s.event >= 0 ? s.event : model.events.indexAtTime(s.time);
    return moment ? Math.min(model.events.indexOf(moment.position), model.events.length - 1) : -1;
  }

  private marks(): Marks {
    const { selection: s, model } = this;
    return {
      ...(this.moment ? { moment: this.moment.timeNs / model.stepNs } : {}),
      ...(s ? { selected: s.time, row: this.rows.find((r) => r.lane === s.row.lane), ...this.wakeMark(s.event) } : {}),
    };
  }

  /** Who woke whom, for a chosen wake. */
  private wakeMark(event: number): Partial<Marks> {
    const { model } = this;
    if (event < 0 || model.events.kind(event).kind !== 'ke.unwait') return {};
    const by = model.threadAt(model.events.number(event, 'by'), event);
    const thread = model.threadAt(model.events.number(event, 'thread'), event);
    const from = this.rows.find((r) => r.lane === by) ?? this.rows.find((r) => r.kind === 'cpu' && r.lane.cpu === model.events.cpu(event));
    const to = this.rows.find((r) => r.lane === thread);
    return from && to ? { wake: { time: model.events.time(event), from, to } } : {};
  }
}
