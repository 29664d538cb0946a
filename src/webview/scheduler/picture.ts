// The canvas: lanes from the rasteriser, texts, axis and markers over them. Draws once an animation frame, and only when something changed.
import { timeText } from './describe.js';
import { AXIS, gutterOf, type Row } from './layout.js';
import type { Model } from './model.js';
import { type Label, labelsOf, type Painted, paintLanes, type Raster } from './paint.js';
import { type Palette, paletteOf } from './palette.js';
import { axis, type View, xOf } from './view.js';

export interface Marks {
  /** Virtual time of the debugger's moment, and of the chosen one. */
  readonly moment?: number;
  readonly selected?: number;
  /** Row of the selection. */
  readonly row?: Row;
  /** From where a thread was woken to where it becomes ready. */
  readonly wake?: { readonly time: number; readonly from: Row; readonly to: Row };
}

export class Picture {
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData | undefined;
  private raster: Raster = { pixels: new Uint32Array(0), width: 0, height: 0 };
  private painted: Painted | undefined;
  private palette: Palette;
  private colors: Record<'text' | 'dim' | 'axis' | 'moment' | 'selected' | 'label' | 'focus', string>;
  private font = '12px sans-serif';
  /** Device pixels a CSS pixel. */
  ratio = 1;
  /** Width of the names in CSS pixels. */
  gutter = 0;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    this.palette = paletteOf(() => '');
    this.colors = { text: '', dim: '', axis: '', moment: '', selected: '', label: '', focus: '' };
    this.readTheme();
  }

  /** Takes the colours of the theme that is on now. */
  readTheme(): void {
    const style = getComputedStyle(document.body);
    const variable = (name: string): string => style.getPropertyValue(`--vscode-${name}`).trim();
    const contrast =
      document.body.classList.contains('vscode-high-contrast') || document.body.classList.contains('vscode-high-contrast-light');
    this.palette = paletteOf(variable, contrast);
    const color = (name: string, fallback: string): string => variable(name) || fallback;
    this.colors = {
      text: color('editor-foreground', '#ccc'),
      dim: color('descriptionForeground', '#999'),
      axis: color('panel-border', color('contrastBorder', '#555')),
      moment: color('debugIcon-continueForeground', '#75beff'),
      selected: color('focusBorder', '#007fd4'),
      label: color('editor-background', '#1f1f1f'),
      focus: color('list-hoverBackground', 'rgba(128,128,128,0.2)'),
    };
    this.font = `${color('font-size', '13px').replace(/^(\d+)px$/, (_all, n) => `${Math.max(10, Number(n) - 2)}px`)} ${color('font-family', 'sans-serif')}`;
  }

  /** Size in CSS pixels. Answers the size of the lanes' area. */
  resize(width: number, height: number): { width: number; height: number } {
    this.ratio = window.devicePixelRatio || 1;
    this.gutter = gutterOf(width);
    const w = Math.max(1, Math.round(width * this.ratio));
    const h = Math.max(1, Math.round(height * this.ratio));
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    const lanes = { width: Math.max(1, width - this.gutter), height: Math.max(1, height - AXIS) };
    const lw = Math.max(1, Math.round(lanes.width * this.ratio));
    const lh = Math.max(1, Math.round(lanes.height * this.ratio));
    if (this.raster.width !== lw || this.raster.height !== lh) {
      this.image = new ImageData(lw, lh);
      this.painted = undefined;
      this.raster = { pixels: new Uint32Array(this.image.data.buffer), width: lw, height: lh };
    }
    return lanes;
  }

  draw(model: Model, rows: readonly Row[], view: View, marks: Marks): void {
    const { context: c, ratio } = this;
    this.painted = paintLanes(this.raster, model, rows, view, this.palette, ratio, this.painted);
    c.setTransform(1, 0, 0, 1, 0, 0);
    const css = (p: number): string => `rgb(${p & 0xff},${(p >>> 8) & 0xff},${(p >>> 16) & 0xff})`;
    c.fillStyle = css(this.palette.background);
    c.fillRect(0, 0, this.canvas.width, Math.round(AXIS * ratio));
    c.fillRect(0, 0, Math.round(this.gutter * ratio), this.canvas.height);
    if (this.image) c.putImageData(this.image, Math.round(this.gutter * ratio), Math.round(AXIS * ratio));
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.font = this.font;
    c.textBaseline = 'middle';
    this.drawAxis(model, view);
    this.drawNames(model, rows, view, marks);
    this.drawLabels(model, labelsOf(this.raster, rows, view, this.painted));
    this.drawMarks(view, marks);
  }

  private drawAxis(model: Model, view: View): void {
    const { context: c } = this;
    c.strokeStyle = this.colors.axis;
    c.fillStyle = this.colors.dim;
    c.beginPath();
    for (const { time, label } of axis(view, model.stepNs)) {
      const x = this.gutter + Math.round(xOf(view, time)) + 0.5;
      c.moveTo(x, AXIS - 6);
      c.lineTo(x, AXIS);
      c.fillText(label, x + 4, AXIS / 2);
    }
    c.moveTo(this.gutter, AXIS - 0.5);
    c.lineTo(this.gutter + view.width, AXIS - 0.5);
    c.stroke();
  }

  private drawNames(model: Model, rows: readonly Row[], view: View, marks: Marks): void {
    const { context: c } = this;
    c.save();
    c.beginPath();
    c.rect(0, AXIS, this.gutter + view.width, view.height);
    c.clip();
    for (const row of rows) {
      const y = AXIS + row.top - view.top;
      if (y + row.height < AXIS || y > AXIS + view.height) continue;
      if (row === marks.row) {
        c.fillStyle = this.colors.focus;
        c.fillRect(0, y, this.gutter, row.height);
      }
      if (row.kind === 'cpu') {
        c.fillStyle = this.colors.text;
        c.fillText(`CPU ${row.lane.cpu}`, 10, y + 13);
        c.fillStyle = this.colors.dim;
        c.fillText('IRQL', 10, y + 27);
      } else {
        const p = this.palette.threads[row.lane.number % this.palette.threads.length];
        c.fillStyle = `rgb(${p & 0xff},${(p >>> 8) & 0xff},${(p >>> 16) & 0xff})`;
        c.fillRect(10, y + row.height / 2 - 4, 8, 8);
        c.fillStyle = this.colors.text;
        c.fillText(shorten(c, row.lane.name, this.gutter - 32), 24, y + row.height / 2);
      }
    }
    c.restore();
    if (model.events.length === model.events.begin) return;
    c.fillStyle = this.colors.dim;
    c.fillText(timeText(model, model.end), 10, AXIS / 2);
  }

  private drawLabels(model: Model, labels: readonly Label[]): void {
    const { context: c, ratio } = this;
    c.fillStyle = this.colors.label;
    for (const l of labels) {
      const width = l.width / ratio - 8;
      const text = shorten(c, model.threads[l.thread].name.replace(/^.*!/, ''), width);
      if (text !== '…') c.fillText(text, this.gutter + l.x / ratio + 4, AXIS + l.y / ratio + 9);
    }
  }

  private drawMarks(view: View, marks: Marks): void {
    const line = (time: number, color: string, width: number): void => {
      const x = xOf(view, time);
      if (x < 0 || x > view.width) return;
      const { context: c } = this;
      c.fillStyle = color;
      c.fillRect(this.gutter + Math.round(x) - Math.floor(width / 2), AXIS, width, view.height);
    };
    if (marks.moment !== undefined) {
      line(marks.moment, this.colors.moment, 2);
      this.flag(view, marks.moment, this.colors.moment);
    }
    if (marks.selected !== undefined) line(marks.selected, this.colors.selected, 1);
    if (marks.wake) this.arrow(view, marks.wake);
  }

  private flag(view: View, time: number, color: string): void {
    const x = this.gutter + Math.round(xOf(view, time));
    if (x < this.gutter || x > this.gutter + view.width) return;
    const { context: c } = this;
    c.fillStyle = color;
    c.beginPath();
    c.moveTo(x - 5, AXIS - 8);
    c.lineTo(x + 5, AXIS - 8);
    c.lineTo(x, AXIS);
    c.fill();
  }

  private arrow(view: View, wake: NonNullable<Marks['wake']>): void {
    const { context: c } = this;
    const x = this.gutter + xOf(view, wake.time) + 0.5;
    const middle = (row: Row): number => AXIS + row.top - view.top + row.height / 2;
    const from = middle(wake.from);
    const to = middle(wake.to);
    c.strokeStyle = c.fillStyle = this.colors.selected;
    c.lineWidth = 1.5;
    c.beginPath();
    c.moveTo(x, from);
    c.lineTo(x, to);
    c.stroke();
    c.lineWidth = 1;
    const back = to > from ? -6 : 6;
    c.beginPath();
    c.moveTo(x - 4, to + back);
    c.lineTo(x + 4, to + back);
    c.lineTo(x, to);
    c.fill();
  }
}

const widths = new Map<string, string>();

/** Cuts a text to a width; remembered, because measuring is the slowest thing on a canvas. */
function shorten(c: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${c.font} ${Math.round(width / 8)} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size > 5000) widths.clear();
  let cut = text;
  const limit = Math.round(width / 8) * 8 - 4;
  while (cut.length > 1 && c.measureText(cut).width > limit)
    cut = `${cut.slice(0, Math.max(0, cut.length - 2 - (cut.endsWith('…') ? 1 : 0)))}…`;
  if (cut.length <= 2 && text.length > 2) cut = '…';
  widths.set(key, cut);
  return cut;
}
