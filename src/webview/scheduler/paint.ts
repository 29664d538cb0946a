// Draws the lanes into an array of pixels. The cost depends on the number of pixel columns, not of events: a column in which something changes is drawn
// from running totals (two binary searches), and the span after it is filled in one go. Columns lie on a grid that is fixed to the virtual time, so
// that a dense part looks the same wherever it is panned to.

import { type Band, cpuBands, type Row, threadBands } from './layout.js';
import { Activity, type CpuLane, type Lane, type Model, type ThreadLane } from './model.js';
import { lastAtMost } from './numbers.js';
import { mix, type Palette, type Pixel } from './palette.js';
import type { Series } from './series.js';
import type { View } from './view.js';

export interface Raster {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/** A span wide enough to hold a text. In device pixels. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly thread: number;
}

/** What is on a raster: when only the time at its left edge is another, most of it can stay. */
export interface Painted {
  readonly model: Model;
  readonly length: number;
  readonly palette: Palette;
  readonly rows: readonly Row[];
  readonly top: number;
  readonly ratio: number;
  readonly dt: number;
  readonly column: number;
}

interface Brush {
  readonly raster: Raster;
  readonly model: Model;
  readonly palette: Palette;
  readonly ratio: number;
  /** Steps a device pixel, and number of the leftmost column on the grid. */
  readonly dt: number;
  readonly column: number;
  /** Columns to draw: [left, right). */
  readonly left: number;
  readonly right: number;
}

const LABEL_WIDTH = 46;

/**
 * Draws all rows that are in sight. `ratio`: device pixels a CSS pixel. `before`: what is on the raster now; a picture that was only moved sideways is
 * shifted and completed.
 */
export function paintLanes(
  raster: Raster,
  model: Model,
  rows: readonly Row[],
  view: View,
  palette: Palette,
  ratio: number,
  before?: Painted,
): Painted {
  const dt = view.scale / ratio;
  const column = Math.round(view.left / dt);
  const now: Painted = { model, length: model.events.length, palette, rows, top: view.top, ratio, dt, column };
  const [left, right] = shift(raster, before, now);
  const brush: Brush = { raster, model, palette, ratio, dt, column, left, right };
  fill(raster, left, right, 0, raster.height, palette.background);
  rows.forEach((row, i) => {
    const y = Math.round((row.top - view.top) * ratio);
    const height = Math.round(row.height * ratio);
    if (y >= raster.height || y + height <= 0) return;
    if (i % 2 === 1) fill(raster, left, right, y, y + height, palette.alternate);
    if (row.kind === 'cpu') paintCpu(brush, row.lane, y);
    else paintThread(brush, row.lane, y);
  });
  return now;
}

/** Moves what can stay to its new place; answers the columns that must be drawn. */
function shift(raster: Raster, before: Painted | undefined, now: Painted): [number, number] {
  const { width, pixels } = raster;
  const same =
    before !== undefined &&
    (['model', 'length', 'palette', 'rows', 'top', 'ratio', 'dt'] as const).every((key) => before[key] === now[key]) &&
    Math.abs(now.column - before.column) < width;
  if (!same) return [0, width];
  const d = now.column - before.column;
  // rows run into each other at the edge, which is drawn anew
  if (d > 0) pixels.copyWithin(0, d);
  else pixels.copyWithin(-d, 0, pixels.length + d);
  return d > 0 ? [width - d, width] : [0, -d];
}

/** Where names of running threads have room. */
export function labelsOf(raster: Raster, rows: readonly Row[], view: View, painted: Painted): Label[] {
  const { model, dt, column, ratio } = painted;
  const labels: Label[] = [];
  const least = LABEL_WIDTH * ratio;
  for (const row of rows) {
    const y = Math.round((row.top - view.top) * ratio);
    if (row.kind !== 'cpu' || y >= raster.height || y + row.height * ratio <= 0) continue;
    const { run } = row.lane;
    let i = run.find(column * dt);
    for (let x = 0; x < raster.width; ) {
      const start = i < 0 ? 0 : Math.max(0, Math.floor(run.start(i) / dt) - column);
      const end = i < 0 ? x : Math.min(raster.width, Math.floor(run.end(i, model.end) / dt) - column);
      if (i >= 0 && run.value(i) > 0 && end - start >= least) {
        labels.push({ x: start, y: y + Math.round(cpuBands.run.top * ratio), width: end - start, thread: run.value(i) - 1 });
      }
      if (i >= 0 && i + 1 >= run.length) break;
      // the next span that can be wide enough: the one at the next place of the grid, or the one after this
      x = Math.max(x + least / 2, end);
      i = Math.max(i + 1, run.find((x + column) * dt, i));
    }
  }
  return labels;
}

export const threadColor = (palette: Palette, number: number): Pixel => palette.threads[number % palette.threads.length];

function paintCpu(b: Brush, lane: CpuLane, y: number): void {
  const { palette } = b;
  const run = place(b, cpuBands.run, y);
  spans(b, lane.run, {
    solid(x0, x1, thread, begins) {
      if (thread === 0) return;
      fill(b.raster, x0, x1, run.top, run.bottom, threadColor(palette, thread - 1));
      if (begins) fill(b.raster, x0, x0 + 1, run.top, run.bottom, palette.edge);
    },
    column(x, shares, index) {
      const thread = lane.run.value(index) || lane.run.value(index - 1);
      const top = run.bottom - heightOf(run, shares[0]);
      if (shares[0] > 0 && thread > 0) fill(b.raster, x, x + 1, top, run.bottom, threadColor(palette, thread - 1));
    },
  });
  const dpc = { top: run.top, bottom: run.top + Math.max(2, Math.round((run.bottom - run.top) * 0.4)) };
  flag(b, lane.dpc, dpc, palette.dpc);
  flag(b, lane.spin, { top: dpc.bottom, bottom: run.bottom }, palette.spin);
  const irql = place(b, cpuBands.irql, y);
  const level = (v: number): Pixel => palette.irql[v > 2 ? 2 : v - 1];
  spans(b, lane.irql, {
    solid(x0, x1, v) {
      if (v > 0) fill(b.raster, x0, x1, irql.top, irql.bottom, level(v));
    },
    column(x, shares, index) {
      const v = Math.max(lane.irql.value(index), lane.irql.value(index - 1));
      if (shares[0] > 0 && v > 0) fill(b.raster, x, x + 1, irql.bottom - heightOf(irql, shares[0]), irql.bottom, level(v));
    },
  });
  ticks(b, lane, place(b, cpuBands.ticks, y));
}

function paintThread(b: Brush, lane: ThreadLane, y: number): void {
  const { palette } = b;
  const band = place(b, threadBands.activity, y);
  const third = Math.max(1, Math.round((band.bottom - band.top) / 4));
  const middle = Math.round((band.top + band.bottom) / 2);
  const own = threadColor(palette, lane.number);
  spans(
    b,
    lane.activity,
    {
      solid(x0, x1, v, begins) {
        if (v === Activity.Running) fill(b.raster, x0, x1, band.top, band.bottom, own);
        else if (v === Activity.Ready) fill(b.raster, x0, x1, band.top + third, band.bottom, palette.ready);
        else if (v === Activity.Standby) fill(b.raster, x0, x1, band.top + third, band.bottom, palette.standby);
        else if (v === Activity.Waiting) fill(b.raster, x0, x1, middle - 1, middle + 1, palette.waiting);
        if (begins && v !== Activity.None) fill(b.raster, x0, x0 + 1, band.top, band.bottom, palette.edge);
      },
      column(x, shares) {
        if (shares[2] > 0) fill(b.raster, x, x + 1, middle - 1, middle + 1, palette.waiting);
        const running = heightOf(band, shares[0]);
        const ready = Math.min(heightOf(band, shares[1]), band.bottom - band.top - running);
        fill(b.raster, x, x + 1, band.bottom - running, band.bottom, own);
        fill(b.raster, x, x + 1, band.bottom - running - ready, band.bottom - running, palette.ready);
      },
    },
    3,
  );
  flag(b, lane.inside, place(b, threadBands.inside, y), palette.inside);
  flag(b, lane.locks, place(b, threadBands.locks, y), palette.locks);
  flag(b, lane.contended, place(b, threadBands.locks, y), palette.spin);
  ticks(b, lane, place(b, threadBands.ticks, y));
}

interface Place {
  readonly top: number;
  readonly bottom: number;
}
function place(b: Brush, band: Band, y: number): Place {
  const top = y + Math.round(band.top * b.ratio);
  return { top, bottom: top + Math.max(1, Math.round(band.height * b.ratio)) };
}

/** Pixels of a share of a band; what is there at all is seen. */
const heightOf = (p: Place, share: number): number => (share <= 0 ? 0 : Math.max(1, Math.round((p.bottom - p.top) * Math.min(1, share))));

function flag(b: Brush, series: Series, p: Place, color: Pixel): void {
  spans(b, series, {
    solid(x0, x1, v) {
      if (v > 0) fill(b.raster, x0, x1, p.top, p.bottom, v > 1 ? mix(color, 0xffffffff, 0.25) : color);
    },
    column(x, shares) {
      if (shares[0] > 0) fill(b.raster, x, x + 1, p.top, p.bottom, mix(b.palette.background, color, 0.35 + 0.65 * Math.min(1, shares[0])));
    },
  });
}

interface Spans {
  /** Columns [x0, x1) have one value all over. `begins`: a span of some width begins here. */
  solid(x0: number, x1: number, value: number, begins: boolean): void;
  /** A column in which the value changes: share of each class, and the span that holds at its end. */
  column(x: number, shares: readonly number[], index: number): void;
}

/** Goes over a series from left to right: filled spans and columns with changes inside. `classes`: how many shares are wanted. */
function spans(b: Brush, series: Series, out: Spans, classes = 1): void {
  const { dt, column } = b;
  const now = b.model.end;
  if (series.length === 0) return;
  const shares = [0, 0, 0];
  const totals = [0, 0, 0];
  let totalsAt = Number.NaN;
  const first = Math.floor(series.start(0) / dt) - column;
  const last = Math.min(b.right, Math.floor(now / dt) - column + 1);
  let x = Math.max(b.left, first);
  let i = series.find((x + column) * dt);
  while (x < last) {
    const end = (x + 1 + column) * dt;
    if (i >= 0 && series.end(i, now) >= end) {
      // the next change is in a later column
      const next = i + 1 < series.length ? Math.floor(series.end(i, now) / dt) - column : last;
      const to = Math.min(last, Math.max(x + 1, next));
      const start = series.start(i);
      out.solid(x, to, series.value(i), Math.floor(start / dt) - column >= x - 1 && series.end(i, now) - start > 4 * dt);
      x = to;
      i = series.find((x + column) * dt, i);
      continue;
    }
    const j = series.find(end, i);
    const to = Math.min(end, now);
    for (let k = 0; k < classes; k++) {
      const before = totalsAt === x ? totals[k] : series.total(k + 1, i, Math.min((x + column) * dt, now));
      totals[k] = series.total(k + 1, j, to);
      shares[k] = (totals[k] - before) / dt;
    }
    out.column(x, shares, j);
    totalsAt = ++x;
    i = j;
  }
}

/** A mark in each column that has an event. */
function ticks(b: Brush, lane: Lane, p: Place): void {
  const { times } = lane;
  const { dt, column, raster } = b;
  let i = lastAtMost(times.data, times.length, (b.left + column - 1) * dt) + 1;
  while (i < times.length) {
    const x = Math.floor(times.data[i] / dt) - column;
    if (x >= b.right) return;
    if (x >= b.left) fill(raster, x, x + 1, p.top, p.bottom, b.palette.tick);
    const next = lastAtMost(times.data, times.length, (x + 1 + column) * dt, i);
    i = times.data[next] >= (x + 1 + column) * dt && next > i ? next : next + 1;
  }
}

function fill(r: Raster, x0: number, x1: number, y0: number, y1: number, color: Pixel): void {
  const left = Math.max(0, x0);
  const right = Math.min(r.width, x1);
  if (left >= right) return;
  const bottom = Math.min(r.height, y1);
  for (let y = Math.max(0, y0); y < bottom; y++) {
    const row = y * r.width;
    if (right - left < 8) for (let x = left; x < right; x++) r.pixels[row + x] = color;
    else r.pixels.fill(color, row + left, row + right);
  }
}
