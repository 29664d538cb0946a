// Zoom, pan, follow: the arithmetic of what is in sight; and colours of themes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mix, paletteOf, parseColor } from '../../../src/webview/scheduler/palette.js';
import {
  axis,
  type Extent,
  fit,
  follow,
  formatTime,
  pan,
  reveal,
  revealRow,
  timeAt,
  type View,
  xOf,
  zoom,
} from '../../../src/webview/scheduler/view.js';

const start: View = { left: 0, scale: 1, top: 0, width: 1000, height: 300, following: true };
const run: Extent = { begin: 0, end: 50_000, height: 900 };
const extent = fc.record({ begin: fc.nat(1000), end: fc.integer({ min: 1001, max: 1e9 }), height: fc.nat(5000) });

test('fit shows everything', () => {
  fc.assert(
    fc.property(extent, (e) => {
      const v = fit(start, e);
      assert.ok(xOf(v, e.begin) >= 0 && xOf(v, e.end) <= v.width);
    }),
  );
});

test('zooming keeps the time under the pointer, panning moves by pixels, while there is room', () => {
  const v = zoom(fit(start, run), run, 0.1, 400);
  assert.ok(Math.abs(timeAt(v, 400) - timeAt(fit(start, run), 400)) < 1e-6);
  const moved = pan(v, run, 30, 0);
  assert.ok(Math.abs(xOf(moved, timeAt(v, 500)) - 470) < 1e-6);
  assert.equal(moved.following, false);
  assert.equal(pan(v, run, 0, 10).following, true);
});

test('whatever is done, a part of the run stays in sight and the scale stays within bounds', () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('zoom'), by: fc.double({ min: 0.01, max: 100, noNaN: true }), x: fc.nat(1000) }),
    fc.record({ what: fc.constant('pan'), by: fc.integer({ min: -100_000, max: 100_000 }), x: fc.integer({ min: -5000, max: 5000 }) }),
  );
  fc.assert(
    fc.property(extent, fc.array(step, { maxLength: 20 }), (e, steps) => {
      let v = fit(start, e);
      for (const s of steps) v = s.what === 'zoom' ? zoom(v, e, s.by, s.x) : pan(v, e, s.by, s.x);
      assert.ok(timeAt(v, 0) < e.end && timeAt(v, v.width) > e.begin);
      assert.ok(v.scale >= 1 / 20 && v.scale <= Math.max(1 / 20, ((e.end - e.begin) * 1.05) / v.width));
      assert.ok(v.top >= 0 && v.top <= Math.max(0, e.height - v.height));
    }),
  );
});

test('following keeps the newest event at the right edge', () => {
  const close = zoom(fit(start, run), run, 0.05, 0);
  const v = follow(close, run);
  const x = xOf(v, run.end);
  assert.ok(x > v.width * 0.95 && x <= v.width);
  assert.equal(v.scale, close.scale);
});

test('a chosen moment and row are brought into sight, and nothing moves when they are', () => {
  const v = zoom(fit(start, run), run, 0.05, 0);
  assert.equal(reveal(v, run, timeAt(v, 500)), v);
  const far = reveal(v, run, 40_000);
  assert.ok(xOf(far, 40_000) > 0 && xOf(far, 40_000) < far.width);
  assert.equal(revealRow(v, run, 0, 20), v);
  assert.equal(revealRow(v, run, 600, 628).top, 328);
  assert.equal(revealRow({ ...v, top: 500 }, run, 100, 128).top, 100);
});

test('the axis has round times, a readable number of them', () => {
  fc.assert(
    fc.property(extent, fc.double({ min: 0.01, max: 1, noNaN: true }), (e, closer) => {
      const marks = axis(zoom(fit(start, e), e, closer, 300), 100);
      assert.ok(marks.length >= 1 && marks.length <= 12, `${marks.length}`);
      assert.equal(new Set(marks.map((m) => m.label)).size, marks.length, marks.map((m) => m.label).join(' '));
    }),
  );
  assert.equal(formatTime(0), '0 ns');
  assert.equal(formatTime(1_250_000, 10_000), '1.25 ms');
  assert.equal(formatTime(2_000_000_000, 1_000_000_000), '2 s');
});

test('colours of themes in all their spellings', () => {
  assert.equal(parseColor('#1f2e3d'), 0xff3d2e1f);
  assert.equal(parseColor(' #fff '), 0xffffffff);
  assert.equal(parseColor('#01020380'), 0x80030201);
  assert.equal(parseColor('rgb(1, 2, 3)'), 0xff030201);
  assert.equal(parseColor('rgba(1, 2, 3, 0.5)'), 0x80030201);
  assert.equal(parseColor('rgb(1 2 3 / 50%)'), 0x80030201);
  for (const bad of ['', 'red', '#12', '#12345', 'rgb(1,2)']) assert.equal(parseColor(bad), undefined);
  assert.equal(mix(0xff000000, 0xffffffff, 0.5), 0xff808080);
  fc.assert(fc.property(fc.string(), (text) => parseColor(text) === undefined || typeof parseColor(text) === 'number'));
});

test('a palette follows the theme and is complete without one', () => {
  const light = paletteOf((name) => (name === 'editor-background' ? '#ffffff' : name === 'editor-foreground' ? '#000000' : ''));
  assert.equal(light.background, 0xffffffff);
  const none = paletteOf(() => '');
  for (const p of [light, none]) {
    const colours = [...p.threads, p.ready, p.standby, p.waiting, p.dpc, p.spin, p.inside, p.locks, ...p.irql, p.tick];
    for (const c of colours) assert.ok(c >>> 24 === 0xff && c !== p.background);
    assert.equal(new Set(p.threads).size, p.threads.length);
  }
});
