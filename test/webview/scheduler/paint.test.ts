// The picture itself, pixel by pixel: spans where they belong, shares of dense columns, and that moving a picture sideways gives what drawing it anew gives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeEvents } from '../../../src/trace/stream.js';
import { Trace } from '../../../src/trace/trace.js';
import { cpuBands, heightOf, type Row, rowsOf, threadBands } from '../../../src/webview/scheduler/layout.js';
import { Model } from '../../../src/webview/scheduler/model.js';
import { labelsOf, type Painted, paintLanes, type Raster, threadColor } from '../../../src/webview/scheduler/paint.js';
import { paletteOf } from '../../../src/webview/scheduler/palette.js';
import { fit, pan, type View, xOf, zoom } from '../../../src/webview/scheduler/view.js';
import { batchesOf } from '../../bench/panel-page.js';
import { makeStory } from '../../bench/scheduler-events.js';

const palette = paletteOf(() => '');
const WIDTH = 300;

function scene(count: number): { model: Model; rows: Row[]; raster: () => Raster; view: View } {
  const model = new Model();
  for (const batch of batchesOf(makeStory(count))) model.append(batch);
  const rows = rowsOf(model);
  const height = heightOf(rows);
  const raster = (): Raster => ({ pixels: new Uint32Array(WIDTH * height), width: WIDTH, height });
  const view = fit({ left: 0, scale: 1, top: 0, width: WIDTH, height, following: true }, { begin: model.begin, end: model.end, height });
  return { model, rows, raster, view };
}

const extent = (m: Model, height: number) => ({ begin: m.begin, end: m.end, height });
const pixel = (r: Raster, x: number, y: number): number => r.pixels[y * r.width + x];

test('far in, each pixel of a CPU has the colour of the thread that runs there', () => {
  const { model, rows, raster, view } = scene(3000);
  const close = zoom(view, extent(model, view.height), 0.1, 150);
  const r = raster();
  paintLanes(r, model, rows, close, palette, 1);
  let checked = 0;
  for (const row of rows) {
    if (row.kind !== 'cpu') continue;
    const { run } = row.lane;
    for (let i = 0; i < run.length; i++) {
      const from = xOf(close, run.start(i));
      const to = xOf(close, run.end(i, model.end));
      const x = Math.floor((from + to) / 2);
      if (to - from < 8 || x < 0 || x >= WIDTH) continue;
      const wanted = run.value(i) === 0 ? palette.background : threadColor(palette, run.value(i) - 1);
      const seen = pixel(r, x, row.top + cpuBands.run.top + cpuBands.run.height - 2);
      if (run.value(i) !== 0) assert.equal(seen, wanted);
      else assert.notEqual(seen, threadColor(palette, 0));
      checked++;
    }
  }
  assert.ok(checked > 5, `${checked} spans`);
});

test('from afar, the height of a column is the share of the time that the CPU was busy', () => {
  for (const [busy, idle] of [
    [1, 1],
    [3, 1],
    [1, 99],
  ]) {
    const clock = { step: 0, time: 0, cpu: 0, thread: 0 };
    const trace = new Trace(clock);
    const A = -0x70000000000;
    for (let i = 0; i < 4000; i++) {
      trace.event('ke.switch', { cpu: 0, from: i % 2 ? A : 0, to: i % 2 ? 0 : A, reason: i % 2 ? 'wait' : 'idle' });
      clock.time += i % 2 ? idle : busy;
      clock.step = clock.time;
    }
    const model = new Model();
    model.append({ generation: 1, length: trace.length, stepNs: 100, cpus: 1, events: encodeEvents(trace, 0, trace.length), names: [] });
    const rows = rowsOf(model);
    const r: Raster = { pixels: new Uint32Array(20 * 100), width: 20, height: 100 };
    const dt = (busy + idle) * 40;
    paintLanes(r, model, rows, { left: 0, scale: dt, top: 0, width: 20, height: 100, following: false }, palette, 1);
    const { top, height } = cpuBands.run;
    for (let x = 2; x < 18; x++) {
      let seen = 0;
      for (let y = 0; y < height; y++) if (pixel(r, x, top + y) === threadColor(palette, 0)) seen++;
      assert.equal(seen, Math.max(1, Math.round((height * busy) / (busy + idle))));
    }
  }
});

test('a waiting thread is a line, a ready one a bar, and nothing is drawn before it exists', () => {
  const { model, rows, raster, view } = scene(3000);
  const close = zoom(view, extent(model, view.height), 0.05, 150);
  const r = raster();
  paintLanes(r, model, rows, close, palette, 1);
  const seen = new Set<number>();
  for (const row of rows) {
    if (row.kind !== 'thread') continue;
    const { top, height } = threadBands.activity;
    for (let x = 0; x < WIDTH; x++) seen.add(pixel(r, x, row.top + top + height / 2));
  }
  for (const p of [palette.waiting, palette.ready]) assert.ok(seen.has(p));
  const before = raster();
  paintLanes(before, model, rows, { ...close, left: -1e6 }, palette, 1);
  for (const p of before.pixels) assert.ok(p === palette.background || p === palette.alternate);
});

test('a picture that is moved sideways is the picture drawn anew', () => {
  const { model, rows, raster, view } = scene(20_000);
  const e = extent(model, view.height);
  const moves = fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(1, 0.3, 0.02, 0.001), fc.constantFrom(1, 1.5, 2), moves, (factor, ratio, list) => {
      const size = { width: Math.round(WIDTH * ratio), height: 200 };
      const fresh = (): Raster => ({ pixels: new Uint32Array(size.width * size.height), ...size });
      let v = zoom(view, e, factor, 150);
      const kept = fresh();
      let painted: Painted | undefined = paintLanes(kept, model, rows, v, palette, ratio);
      for (const dx of list) {
        v = pan(v, e, dx, 0);
        painted = paintLanes(kept, model, rows, v, palette, ratio, painted);
        const anew = fresh();
        const other = paintLanes(anew, model, rows, v, palette, ratio);
        assert.ok(Buffer.from(kept.pixels.buffer).equals(Buffer.from(anew.pixels.buffer)), `moved by ${dx}`);
        assert.deepEqual(labelsOf(kept, rows, v, painted), labelsOf(anew, rows, v, other));
      }
    }),
    { numRuns: 40 },
  );
  assert.ok(raster().pixels.length > 0);
});

test('labels are where spans are wide enough, inside the picture, not twice', () => {
  const { model, rows, raster, view } = scene(3000);
  const r = raster();
  const close = zoom(view, extent(model, view.height), 0.02, 150);
  const labels = labelsOf(r, rows, close, paintLanes(r, model, rows, close, palette, 1));
  assert.ok(labels.length > 0);
  for (const l of labels) assert.ok(l.x >= 0 && l.x + l.width <= WIDTH && l.width >= 46);
  assert.equal(new Set(labels.map((l) => `${l.x} ${l.y}`)).size, labels.length);
});
