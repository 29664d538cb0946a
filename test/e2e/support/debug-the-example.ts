// The user's first minutes, the same in every workbench: open the driver, set a breakpoint in the process-create callback, press F5, look at the
// stop, step, run on. Pictures of the stop are kept.
import assert from 'node:assert/strict';
import type { Example } from './example.js';
import type { Workbench } from './workbench.js';

export async function debugTheExample(workbench: Workbench, example: Example): Promise<void> {
  const { file, name, line } = example.callback;
  await workbench.openFile(file);
  await workbench.toggleBreakpoint(line);
  await workbench.press('F5');

  // the stop: toolbar, call stack through driver, kernel and scenario, current line in the editor, variables
  await workbench.toolbar.waitFor();
  await workbench.fold('Watch', 'Loaded Scripts', 'Breakpoints');
  await workbench.topFrame
    .filter({ hasText: name })
    .filter({ hasText: `${line}` })
    .waitFor();
  await workbench.currentLine.waitFor();
  await continueToScenario(workbench, example);
  await workbench.showAllFrames();
  await workbench.frames.nth(2).waitFor();
  await workbench.expandFirstScope();
  const createInfo = workbench.variables.filter({ hasText: 'CreateInfo' }).first();
  await createInfo.waitFor();
  assert.match((await createInfo.textContent()) ?? '', /0x[0-9a-f`]+/i);
  await createInfo.click();
  await workbench.variables.filter({ hasText: 'ImageFileName' }).filter({ hasText: 'notepad.exe' }).first().waitFor();
  await workbench.screenshot('stopped-in-callback');

  // a step moves to another line of the same function
  await workbench.press('F10');
  await workbench.topFrame
    .filter({ hasText: name })
    .filter({ hasNotText: new RegExp(`\\b${line}:\\d+`) })
    .waitFor();
  await workbench.screenshot('stepped');

  // without the breakpoint the scenario runs to its end
  await workbench.removeAllBreakpoints();
  await workbench.press('F5');
  await workbench.toolbar.waitFor({ state: 'hidden' });
  await workbench.screenshot('ended');
}

/**
 * The kernel starts the scenario's first processes by itself; the stops worth looking at have a statement of the scenario at the bottom of their
 * stack. Runs on from stop to stop until there is one.
 */
async function continueToScenario(workbench: Workbench, example: Example): Promise<void> {
  for (let stops = 1; ; stops++) {
    // what a section without room does not show is not in the page: the call stack needs the room of the others
    await workbench.fold('Watch', 'Loaded Scripts', 'Breakpoints');
    const found = workbench.frames.filter({ hasText: example.scenario }).first().waitFor({ timeout: 5000 });
    if (await found.then(() => true).catch(() => false)) return;
    assert.ok(stops < 10, `no stop in ${example.callback.name} was caused by a statement of ${example.scenario}`);
    await workbench.press('F5');
  }
}
