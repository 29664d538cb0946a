// The scheduler panel in a real Chromium: how long until a run is drawn, and whether panning keeps up with the display. The page hosts what `npm run build`
// has made. The peer in the same run: the same canvas cleared and filled with one rectangle for each event, which is what drawing without levels of
// detail would cost at least.  Usage: tsx test/bench/panel.mjs [events ...]   (CHROMIUM names the browser)
import { chromium } from 'playwright-core';
import { batchesOf, panelPage } from './panel-page.js';
import { makeStory } from './scheduler-events.js';

const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(100_000, 1_000_000);
const FRAMES = 240;

const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))];
const ms = (x) => `${x.toFixed(1)} ms`;

/** Runs in the page: hands over the batches and waits until they are on the canvas. */
async function firstDraw(batches) {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const send = (data) => {
    window.dispatchEvent(new MessageEvent('message', { data }));
  };
  send({ type: 'recording', recording: { id: 'run', name: 'benchmark', state: 'running' } });
  await frame();
  await frame();
  const from = performance.now();
  for (const batch of batches) {
    send({ type: 'batch', recording: 'run', batch });
    await new Promise((done) => setTimeout(done, 0)); // each batch is a message of its own
  }
  await frame(); // the panel draws in this frame ...
  await new Promise((done) => setTimeout(done, 0)); // ... and it is over here
  return performance.now() - from;
}

/** Runs in the page: pans by dragging, once a frame; answers times between frames and the time a frame's own work took. */
async function pan(frames) {
  const canvas = document.querySelector('canvas');
  const pointer = (type, x) => {
    canvas.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: 100, button: 0, pointerId: 1, bubbles: true }));
  };
  canvas.setPointerCapture = () => {}; // there is no real pointer
  const between = [];
  const work = [];
  let x = 600;
  pointer('pointerdown', x);
  let last = await new Promise((done) => requestAnimationFrame(done));
  for (let i = 0; i < frames; i++) {
    x += i % 80 < 40 ? 7 : -7;
    // callbacks of a frame run in the order in which they were asked for: ours, the panel's, ours
    const begin = new Promise((done) => requestAnimationFrame((t) => done([t, performance.now()])));
    pointer('pointermove', x);
    const end = new Promise((done) => requestAnimationFrame(() => done(performance.now())));
    const [frame, from] = await begin;
    work.push((await end) - from);
    between.push(frame - last);
    last = frame;
  }
  pointer('pointerup', x);
  return { between, work };
}

/** Runs in the page: the peer, rectangles on a canvas of the same size. */
async function rectangles(count) {
  const canvas = document.createElement('canvas');
  const seen = document.querySelector('canvas');
  canvas.width = seen.width;
  canvas.height = seen.height;
  document.body.append(canvas);
  const c = canvas.getContext('2d');
  const draw = () => {
    c.fillStyle = '#1f1f1f';
    c.fillRect(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < count; i++) {
      c.fillStyle = i % 3 ? '#3794ff' : '#cca700';
      c.fillRect((i * 7) % canvas.width, ((i * 13) % 40) * 20, 2, 12);
    }
    c.getImageData(0, 0, 1, 1); // waits until it is drawn
  };
  draw();
  const from = performance.now();
  draw();
  const took = performance.now() - from;
  canvas.remove();
  return took;
}

/** Runs in the page: number of different colours on the canvas, to see that something was drawn. */
function colours() {
  const canvas = document.querySelector('canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
for (const size of sizes) {
  const story = makeStory(size);
  const encodeFrom = performance.now();
  const batches = batchesOf(story);
  const encoded = performance.now() - encodeFrom;
  const bytes = batches.reduce((sum, b) => sum + JSON.stringify(b).length, 0);
  console.log(`${size.toLocaleString('en')} events: encoded in ${ms(encoded)}, ${(bytes / size).toFixed(1)} bytes of JSON an event`);
  const first = [];
  for (let run = 0; run < 3; run++) {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.setContent(panelPage());
    first.push(await page.evaluate(firstDraw, batches));
    if (run === 2) {
      const seen = await page.evaluate(colours);
      if (seen < 6) throw new Error(`the canvas shows ${seen} colours: nothing was drawn`);
      for (const [what, zoom] of [
        ['whole run in sight', 0],
        ['zoomed in 20 times', 9],
      ]) {
        await page.evaluate((presses) => {
          const canvas = document.querySelector('canvas');
          for (let i = 0; i < presses; i++) canvas.dispatchEvent(new KeyboardEvent('keydown', { key: '+' }));
        }, zoom);
        const { between, work } = await page.evaluate(pan, FRAMES);
        const mean = between.reduce((a, b) => a + b, 0) / between.length;
        console.log(
          `  pan, ${what}: ${(1000 / mean).toFixed(1)} frames/s, between frames median ${ms(quantile(between, 0.5))}, p99 ${ms(quantile(between, 0.99))}; ` +
            `after a frame's start median ${ms(quantile(work, 0.5))}, p99 ${ms(quantile(work, 0.99))}`,
        );
      }
      const peer = await page.evaluate(rectangles, size);
      console.log(`  peer, ${size.toLocaleString('en')} rectangles on the same canvas once: ${ms(peer)}`);
    }
    await page.close();
  }
  console.log(`  first full draw: median ${ms(quantile(first, 0.5))}, slowest ${ms(Math.max(...first))} (${first.length} fresh pages)`);
}
await browser.close();
