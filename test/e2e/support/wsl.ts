// F5 on the WSL example: a break point behind fork in a body stops the child, which is a process of its own with a copy of the stack; the call stack names it, and
// the frames below are those that the parent had.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../../scripts/lib/process.mjs';
import type { Example } from './example.js';
import type { Workbench } from './workbench.js';

/** A copy of examples/wsl; its `callback` is the child of init after fork. */
export function wsl(): Example {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'interlock-example-')), 'wsl');
  cpSync(path.join(root, 'examples/wsl'), folder, { recursive: true });
  const line = readFileSync(path.join(folder, 'wsl.scenario'), 'utf8')
    .split('\n')
    .findIndex((l) => l.includes('exec("/bin/bash"'));
  assert.ok(line >= 0);
  return {
    folder,
    scenario: 'wsl.scenario',
    callback: { file: 'wsl.scenario', name: 'init!main', line: line + 1 },
    remove: () => rmSync(path.dirname(folder), { recursive: true, force: true }),
  };
}

export async function forkUnderF5(workbench: Workbench, example: Example): Promise<void> {
  const { page } = workbench;
  await workbench.openFile(example.callback.file);
  await workbench.toggleBreakpoint(example.callback.line);
  await workbench.runCommand('View: Show Run and Debug');
  await workbench.press('F5');
  await workbench.toolbar.waitFor();
  await workbench.fold('Watch', 'Loaded Scripts', 'Breakpoints');
  await page
    .locator('.debug-call-stack .monaco-list-row', { hasText: /init!main/ })
    .first()
    .waitFor();
  // fork has answered 0 here: this is the child
  await page
    .locator('.debug-variables .monaco-list-row', { hasText: /^shell\s*=\s*0$/ })
    .first()
    .waitFor();
  await workbench.screenshot('wsl');
}
