// Diagnostics in a real workbench: a registry call is typed into the process callback, its squiggle and its entry in the Problems view appear, the hover tells what
// the routine demands, the quick fix is applied and the finding is gone. Pictures in the dark and the light theme are kept.
import type { Locator } from 'playwright-core';
import type { Example } from './example.js';
import type { Workbench } from './workbench.js';

/** What is typed in front of the callback's first statement; the editor indents each line by itself. */
const CALL = [
  'HANDLE key;',
  'OBJECT_ATTRIBUTES attributes;',
  'InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);',
  'if (NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) ZwClose(key);',
  '',
].join('\n');

export async function diagnoseTheExample(workbench: Workbench, example: Example): Promise<void> {
  const { page } = workbench;
  const { file, line } = example.callback;
  await workbench.runCommand('View: Show Explorer');
  await workbench.openFile(file);
  await workbench.goToLine(line);
  // typed as text in one go: the editor's own closing brackets and suggestions are not what is tested
  await page.keyboard.press('Home');
  await page.keyboard.insertText(CALL);

  const squiggle = page.locator('.monaco-editor .squiggly-warning').first();
  await squiggle.waitFor();
  await workbench.runCommand('Problems: Focus on Problems View');
  const finding = problem(workbench, 'registry-call');
  await finding.waitFor();
  await finding.dblclick(); // goes to the call
  await workbench.theme('light');
  await squiggle.waitFor();
  await workbench.screenshot('diagnostics-light');
  await workbench.theme('dark');
  await squiggle.waitFor();
  await workbench.screenshot('diagnostics-dark');

  const call = page.locator('.editor-instance .view-line span', { hasText: /^ZwOpenKey$/ }).first();
  await call.click();
  await workbench.runCommand('Show or Focus Hover');
  await page.locator('.monaco-hover', { hasText: 'IRQL: at most PASSIVE_LEVEL' }).first().waitFor();
  await workbench.screenshot('hover');
  await page.keyboard.press('Escape');

  await call.click();
  const fixes = page.locator('.action-widget .monaco-list-row.action');
  await workbench.runCommand('Quick Fix...');
  await fixes.first().waitFor();
  await workbench.screenshot('quick-fixes');
  await page.keyboard.press('Enter'); // the preferred one comes first
  await finding.waitFor({ state: 'hidden' });
  await workbench.screenshot('fixed');

  // the file as it was, for what comes next (the editor may have saved it, so reverting would do nothing)
  await page.locator('.editor-instance .monaco-editor .view-lines').first().click();
  for (let i = 0; i < 20; i++) await page.keyboard.press('Control+z');
  await squiggle.waitFor({ state: 'hidden' });
}

/** A finding of the Problems view by its rule. */
function problem(workbench: Workbench, rule: string): Locator {
  return workbench.page.locator('.markers-panel .monaco-list-row', { hasText: rule }).first();
}
