// Other thread orders from the command palette: the race of the lost-update example is found, the notification offers the debugger, and there both hits that lose
// one can be watched. Pictures in the dark and the light theme are kept.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../../scripts/lib/process.mjs';
import type { Example } from './example.js';
import type { Workbench } from './workbench.js';

const DRIVER = 'driver/counter.c';

/** A copy of examples/lost-update; its `callback` is the place where a hit is lost. */
export function lostUpdate(): Example {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'interlock-example-')), 'lost-update');
  cpSync(path.join(root, 'examples/lost-update'), folder, { recursive: true });
  rmSync(path.join(folder, 'lost-update.schedule'), { force: true });
  const line = readFileSync(path.join(folder, DRIVER), 'utf8')
    .split('\n')
    .findIndex((l) => l.includes('g_Count++;'));
  assert.ok(line >= 0);
  return {
    folder,
    scenario: 'lost-update.scenario',
    callback: { file: DRIVER, name: 'CounterDeviceControl', line: line + 1 },
    remove: () => rmSync(path.dirname(folder), { recursive: true, force: true }),
  };
}

export async function exploreTheExample(workbench: Workbench, example: Example): Promise<void> {
  const { page } = workbench;
  const { file, name, line } = example.callback;
  await workbench.theme('dark');
  await workbench.openFile(file);
  await workbench.toggleBreakpoint(line);
  await workbench.openFile(example.scenario);
  await workbench.runCommand('Interlock: Explore Other Thread Orders');
  const found = page.locator('.notification-list-item', { hasText: 'Order found that fails in lost-update.scenario' }).first();
  await found.waitFor();
  assert.match((await found.textContent()) ?? '', /finally g_Count == 10: it is false/);
  await found.locator('.monaco-button', { hasText: 'Debug It' }).waitFor();
  await page.waitForTimeout(500); // notifications are blended in
  await workbench.screenshot('explored');
  await workbench.theme('light');
  await workbench.screenshot('explored-light');
  await workbench.theme('dark');

  await found.locator('.monaco-button', { hasText: 'Debug It' }).click();
  await workbench.toolbar.waitFor();
  await workbench.fold('Watch', 'Loaded Scripts', 'Breakpoints');
  await workbench.topFrame
    .filter({ hasText: name })
    .filter({ hasText: `${line}` })
    .waitFor();
  await workbench.currentLine.waitFor();
  await workbench.screenshot('order-in-the-debugger');
  await workbench.theme('light');
  await workbench.screenshot('order-in-the-debugger-light');
  await workbench.theme('dark');

  // the run that fails: without the breakpoint it comes to its end, and the report says what was lost
  await workbench.removeAllBreakpoints();
  await workbench.press('F5');
  await workbench.toolbar.waitFor({ state: 'hidden' });
  await workbench.runCommand('Debug Console: Focus on Debug Console View');
  await page.locator('.repl .monaco-list-row', { hasText: 'finally g_Count == 10' }).first().waitFor();
  await workbench.press('Control+Shift+e');
  await workbench.openFile('lost-update.schedule');
  await workbench.screenshot('schedule');
}
