// F5 on a scenario with `no race`: both accesses are told in the debug console. The race shadow wants more address space
// than other machines have; that a browser's worker gives it is what this visit is for.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Example } from './example.js';
import { lostUpdate } from './explore.js';
import type { Workbench } from './workbench.js';

/** A copy of examples/lost-update that expects no race. */
export function racing(): Example {
  const example = lostUpdate();
  const scenario = path.join(example.folder, example.scenario);
  writeFileSync(scenario, readFileSync(scenario, 'utf8').replace('no leak;', 'no leak;\n  no race;'));
  return example;
}

export async function raceUnderF5(workbench: Workbench, example: Example): Promise<void> {
  const { page } = workbench;
  await workbench.openFile(example.scenario);
  await workbench.runCommand('View: Show Run and Debug');
  await workbench.press('F5');
  await workbench.runCommand('Debug Console: Focus on Debug Console View');
  await page.locator('.repl .monaco-list-row', { hasText: 'FAIL no race: counter!g_Count is read by' }).first().waitFor();
  await workbench.screenshot('race');
}
