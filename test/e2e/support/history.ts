// Back in time as a user meets it: a run that ends in a bug check, Step Back to the statement that caused it, what says that this is the past (status bar, line, call
// stack), and back to the present by a click. Pictures are kept dark and light.
import assert from 'node:assert/strict';
import type { Example } from './example.js';
import type { Workbench } from './workbench.js';

export async function backFromBugCheck(workbench: Workbench, example: Example): Promise<void> {
  const { page } = workbench;
  const status = page.locator('.statusbar-item', { hasText: 'in the past' });
  const pastLine = page.locator('.editor-instance .view-overlays .cdr[class*="ced-"]').first();

  const keep = async (): Promise<void> =>
    workbench.screenshot(`in-the-past-${(await page.locator('.monaco-workbench.vs-dark').count()) ? 'dark' : 'light'}`);

  await workbench.openFile(example.scenario);
  await workbench.runCommand('View: Show Run and Debug');
  await workbench.press('F5');
  await workbench.toolbar.waitFor();
  await workbench.fold('Watch', 'Loaded Scripts', 'Breakpoints');
  await page.locator('.debug-call-stack', { hasText: 'SYSTEM_SERVICE_EXCEPTION' }).waitFor();
  await workbench.topFrame.filter({ hasText: example.callback.name }).waitFor();
  await page.locator('.exception-widget').waitFor();
  assert.equal(await status.count(), 0);
  await workbench.screenshot('bug-check');

  await page.locator('.debug-toolbar .codicon-debug-step-back').click();
  await status.waitFor();
  assert.match((await status.textContent()) ?? '', /in the past: [\d.]+ ms, [0-9A-F]+:[0-9A-F]+/);
  await workbench.topFrame
    .filter({ hasText: example.callback.name })
    .filter({ hasText: `${example.callback.line}` })
    .waitFor();
  await page.locator('.exception-widget').waitFor({ state: 'hidden' });
  await workbench.currentLine.waitFor();
  await pastLine.waitFor();
  await page.locator('.debug-call-stack', { hasText: 'in the past, at' }).waitFor();
  await keep();
  await workbench.runCommand('Preferences: Toggle between Light/Dark Themes');
  await page.waitForTimeout(1000);
  await keep();

  // forward over the statement: the same bug check again, which is the present
  await workbench.press('F10');
  await page.locator('.debug-call-stack', { hasText: 'SYSTEM_SERVICE_EXCEPTION' }).waitFor();
  await status.waitFor({ state: 'hidden' });

  // back again, and to the present by a click
  await page.locator('.debug-toolbar .codicon-debug-step-back').click();
  await status.locator('a').click();
  await status.waitFor({ state: 'hidden' });
  await page.locator('.debug-call-stack', { hasText: 'SYSTEM_SERVICE_EXCEPTION' }).waitFor();
  await workbench.screenshot('present-again');
}
