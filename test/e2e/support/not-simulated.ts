// A run that meets a routine which is not simulated: F5 stops at the call, the stop, the debug console and a notification say what is missing, one click puts the stub
// into the scenario, and the next F5 goes past the call.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../../scripts/lib/process.mjs';
import { findCallback } from './callback.js';
import type { Example } from './example.js';
import type { Workbench } from './workbench.js';

/** A copy of test/fixtures/stubs. */
export function transacted(): Example {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'interlock-example-')), 'transacted');
  cpSync(path.join(root, 'test/fixtures/stubs'), folder, { recursive: true });
  const file = 'transacted.c';
  const callback = findCallback(readFileSync(path.join(folder, file), 'utf8'));
  if (!callback) throw new Error('test/fixtures/stubs has no process notify callback');
  return {
    folder,
    scenario: 'transacted.scenario',
    callback: { file, ...callback },
    remove: () => rmSync(path.dirname(folder), { recursive: true, force: true }),
  };
}

export async function answerWithStub(workbench: Workbench, example: Example): Promise<void> {
  const { page } = workbench;
  await workbench.openFile(example.scenario);
  await workbench.runCommand('View: Show Run and Debug');
  await workbench.press('F5');
  await workbench.toolbar.waitFor();
  await workbench.fold('Watch', 'Loaded Scripts', 'Breakpoints');
  await page.locator('.debug-call-stack', { hasText: 'Not simulated: ZwCreateTransaction' }).waitFor();
  await workbench.frames.filter({ hasText: example.callback.name }).first().waitFor();
  const widget = page.locator('.exception-widget', { hasText: 'through the macro BEGIN_TRANSACTION' });
  await widget.waitFor();
  assert.match((await widget.textContent()) ?? '', /kernel\s+transaction\s+manager/);
  const button = page.locator('.notification-toast .monaco-button', { hasText: 'Add Stub to Scenario' }).first();
  await button.waitFor();
  await workbench.theme('light');
  await workbench.screenshot('not-simulated-light');
  await workbench.theme('dark');
  await workbench.screenshot('not-simulated-dark');

  await button.click();
  const line = page.locator('.editor-instance .view-line', { hasText: 'stub ZwCreateTransaction returns STATUS_SUCCESS' }).first();
  await line.waitFor();
  await workbench.screenshot('stub-added');
  await workbench.press('Shift+F5');
  await workbench.toolbar.waitFor({ state: 'hidden' });

  await workbench.runCommand('File: Save All Files');
  await workbench.press('F5');
  await workbench.runCommand('Debug Console: Focus on Debug Console View');
  await page.locator('.repl .monaco-list-row', { hasText: 'stubs: ZwCreateTransaction 1 time' }).first().waitFor();
  await workbench.screenshot('stub-used');
}
