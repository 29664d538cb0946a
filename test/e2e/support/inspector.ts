// The kernel inspector in a real workbench: a thread holds a lock for which another one waits; the tree is opened from the process down to the owner of the lock and
// stays open over a step; a command in the console says the same. Pictures in the dark and the light theme are kept.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { root } from '../../../scripts/lib/process.mjs';
import type { Example } from './example.js';
import type { Workbench } from './workbench.js';

const FOLDER = 'lock-owner';
const NAMES = ['lock-owner.c', 'lock-owner.scenario'];
/** Here the second thread waits for the mutex that the first one holds. */
const MARK = 'g_Shared.Users++';

/** Puts the scenario of this test into the example's folder; before the workbench opens it. */
export function addLockOwner(example: Example): void {
  mkdirSync(path.join(example.folder, FOLDER), { recursive: true });
  for (const name of NAMES) copyFileSync(path.join(root, 'test/fixtures/scenarios', name), path.join(example.folder, FOLDER, name));
}

export async function inspectTheKernel(workbench: Workbench, example: Example): Promise<void> {
  const { page } = workbench;
  const text = readFileSync(path.join(example.folder, FOLDER, NAMES[0]), 'utf8');
  const line = text.split('\n').findIndex((l) => l.includes(MARK)) + 1;
  // the view without a session says what to do
  await showInspector(workbench);
  await page.locator('.welcome-view-content', { hasText: 'appear here when a debugged scenario stops' }).first().waitFor();

  await workbench.runCommand('View: Show Explorer');
  await workbench.openFile(`${FOLDER}/${NAMES[0]}`);
  await workbench.toggleBreakpoint(line);
  await workbench.press('F5');
  await workbench.toolbar.waitFor();
  await workbench.currentLine.waitFor();

  await showInspector(workbench);
  const row = (wanted: string | RegExp): Locator => page.locator('.sidebar .customview-tree .monaco-list-row', { hasText: wanted }).first();
  await open(row(/\d+ lock\.exe/));
  const waiting = row(/lock\.exe!\w+.*waits for g_Shared\.Lock/);
  await open(waiting);
  const wait = row(/waits for Fast mutex g_Shared\.Lock.*owned by/);
  await open(wait);
  const owner = row(/owner: \d+\.\d+ lock\.exe!\w+/);
  await owner.waitFor();
  assert.match((await owner.textContent()) ?? '', /running on CPU \d/);
  await workbench.theme('dark');
  await workbench.screenshot('inspector-dark');

  // a step later the same nodes are open
  await workbench.press('F10');
  // the stop takes the focus into the editor: before that a key meant for something else would be text there
  await page
    .locator('.statusbar-item', { hasText: `Ln ${line + 1},` })
    .first()
    .waitFor();
  await page.waitForTimeout(500);
  await showInspector(workbench);
  await owner.waitFor();

  // the owner's place in the sources, and the waiting thread in focus
  await waiting.hover();
  await waiting.locator('.action-label[aria-label^="Select Thread"]').first().click();
  await workbench.theme('light');
  await owner.waitFor();
  await workbench.screenshot('inspector-light');
  await workbench.evaluate('!locks', /Fast mutex @ lock-owner!g_Shared\.Lock/);
  await workbench.evaluate('!thread', /WAIT: \(WrFastMutex\)/);
  await workbench.screenshot('console-light');
  // names of commands are offered while one types
  await page.locator('.repl-input-wrapper .monaco-editor').first().click();
  await page.keyboard.type('!proc', { delay: 60 });
  await page.locator('.suggest-widget .monaco-list-row', { hasText: '!process' }).first().waitFor();
  await workbench.screenshot('console-completion');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Backspace');
  await workbench.theme('dark');
  await workbench.screenshot('console-dark');

  await workbench.removeAllBreakpoints();
  await workbench.press('F5');
  await workbench.toolbar.waitFor({ state: 'hidden' });
}

/**
 * While it starts the editor brings its explorer to the front, and at a stop its debug view, maybe after the inspector was asked for: then it is asked for
 * again.
 */
async function showInspector(workbench: Workbench): Promise<void> {
  const header = workbench.page.locator('.sidebar .pane-header', { hasText: /Processes and Threads/i }).first();
  for (let tries = 0; tries < 6; tries++) {
    await workbench.runCommand('View: Show Kernel Inspector');
    await header.waitFor({ timeout: 5000 }).catch(() => undefined);
    await workbench.page.waitForTimeout(700);
    if (await header.isVisible()) return;
  }
  await header.waitFor();
}

/** Unfolds a row; the tree may be drawn again meanwhile, then the click is repeated. */
async function open(row: Locator): Promise<void> {
  await row.waitFor();
  for (let tries = 0; tries < 10 && (await row.getAttribute('aria-expanded')) !== 'true'; tries++) {
    await row.click();
    await row.page().waitForTimeout(300);
  }
}
