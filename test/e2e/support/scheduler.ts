// The scheduler panel as a user meets it: stopped in the callback, the panel is opened, the picture is there, a click on DriverEntry's stretch of time moves
// the debugger into DriverEntry, the list says what the canvas shows, the theme is followed, and the picture stays when the session ends.
import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import type { Example } from './example.js';
import type { Workbench } from './workbench.js';

/** Different colours on the canvas: one or two would be an empty picture. */
async function colours(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const c = element as unknown as {
      width: number;
      height: number;
      getContext(kind: '2d'): { getImageData(...area: number[]): { data: Uint8Array } };
    };
    const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

/** Retries: the picture comes with the next frame, the theme with the one after. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  assert.fail(`waited in vain: ${what}`);
}

/** Brightness of the top left corner of the canvas, 0 to 255. */
const background = (canvas: Locator): Promise<number> =>
  canvas.evaluate((element) => {
    const c = element as unknown as { getContext(kind: '2d'): { getImageData(...area: number[]): { data: Uint8Array } } };
    return c.getContext('2d').getImageData(2, 2, 1, 1).data[1];
  });

export async function schedulerPanel(workbench: Workbench, example: Example): Promise<void> {
  const { page } = workbench;
  const { file, line, name } = example.callback;
  await workbench.openFile(file);
  await workbench.toggleBreakpoint(line);

  // without a session the panel says what to do
  await workbench.runCommand('Interlock: Show Scheduler');
  const panel: FrameLocator = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  await panel.locator('.empty', { hasText: 'Nothing is being debugged' }).waitFor();
  await workbench.showTab(file.replace(/^.*\//, ''));
  await workbench.press('F5');
  await workbench.topFrame.filter({ hasText: name }).waitFor();
  const canvas = panel.locator('canvas');
  await canvas.waitFor();
  await panel.locator('.status', { hasText: /\d events.*stopped/ }).waitFor();
  await eventually('a picture with many colours', async () => (await colours(canvas)) > 8);
  await panel.locator('[role=option]').first().waitFor();
  await panel.locator('.details td', { hasText: 'System!scenario' }).first().waitFor();

  // DriverEntry ran in the middle of what has happened so far, on CPU 0
  const box = await canvas.boundingBox();
  assert.ok(box, 'the canvas has a size');
  const gutter = Math.min(210, Math.max(90, box.width * 0.28));
  const place = { x: gutter + (box.width - gutter) * 0.45, y: 40 };
  await canvas.hover({ position: place });
  await panel.locator('.tooltip', { hasText: 'CPU 0' }).waitFor();
  await workbench.screenshot('scheduler');
  await canvas.click({ position: place });
  await workbench.fold('Watch', 'Loaded Scripts', 'Breakpoints');
  await workbench.frames.filter({ hasText: 'DriverEntry' }).first().waitFor();
  await panel.locator('.status', { hasText: 'in the past' }).waitFor();
  await workbench.focusedLine.waitFor();
  await workbench.screenshot('scheduler-click-moved-the-debugger');

  // the other theme, dark or light
  const before = await background(canvas);
  await workbench.runCommand('Preferences: Toggle between Light/Dark Themes');
  await eventually('the other background', async () => Math.abs((await background(canvas)) - before) > 100);
  await workbench.screenshot('scheduler-other-theme');

  // a webview that was hidden is loaded again and has lost nothing
  const count = (await panel.locator('.status').textContent())?.split(' ')[0];
  await workbench.showTab('Scheduler');
  await workbench.runCommand('View: Move Editor into Previous Group');
  await workbench.showTab(file.replace(/^.*\//, ''));
  await canvas.waitFor({ state: 'detached' });
  await workbench.showTab('Scheduler');
  await panel.locator('.status', { hasText: `${count} events` }).waitFor();
  await eventually('the picture again', async () => (await colours(canvas)) > 8);

  // the session ends, its picture stays
  await workbench.removeAllBreakpoints();
  await workbench.press('Shift+F5');
  await workbench.toolbar.waitFor({ state: 'hidden' });
  await panel.locator('.status', { hasText: 'ended' }).waitFor();
  assert.equal((await panel.locator('.status').textContent())?.split(' ')[0], count);
  await workbench.screenshot('scheduler-ended');
}
