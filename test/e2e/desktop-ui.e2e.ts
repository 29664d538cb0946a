// The packaged extension as a user gets it: the .vsix installed into a VS Code with a Node extension host, driven through its windows.
import path from 'node:path';
import { test } from 'node:test';
import { packageExtension } from '../../scripts/package.mjs';
import { openBrowser, outputFolder, prerequisites } from './support/browser.js';
import { debugTheExample } from './support/debug-the-example.js';
import { procwatch, procwatchBug } from './support/example.js';
import { backFromBugCheck } from './support/history.js';
import { withSecondTry } from './support/second-try.js';
import { startServer, workbenchUrl } from './support/server.js';
import { Workbench } from './support/workbench.js';

test('F5 on the example, with the .vsix in VS Code (Node extension host)', async (t) => {
  const ready = prerequisites(t, 'node');
  if (!ready) return;
  const vsix = path.join(outputFolder, 'interlock.vsix');
  await packageExtension(vsix);
  await withSecondTry(t, async () => {
    const example = procwatch();
    const server = await startServer(ready.hostFolder, { vsix });
    const { browser, page } = await openBrowser(ready.chromium);
    const workbench = new Workbench(page, 'desktop');
    try {
      await workbench.open(workbenchUrl(server, example.folder));
      await debugTheExample(workbench, example);
    } catch (error) {
      await workbench.screenshot('FAILED').catch(() => undefined);
      throw error;
    } finally {
      await browser.close();
      await server.stop();
      example.remove();
    }
  });
});

test('back from a bug check to the statement that caused it, with the .vsix in VS Code (Node extension host)', async (t) => {
  const ready = prerequisites(t, 'node');
  if (!ready) return;
  const vsix = path.join(outputFolder, 'interlock.vsix');
  await packageExtension(vsix);
  await withSecondTry(t, async () => {
    const example = procwatchBug();
    const server = await startServer(ready.hostFolder, { vsix });
    const { browser, page } = await openBrowser(ready.chromium);
    const workbench = new Workbench(page, 'desktop-history');
    try {
      await workbench.open(workbenchUrl(server, example.folder));
      await backFromBugCheck(workbench, example.scenario);
    } catch (error) {
      await workbench.screenshot('FAILED').catch(() => undefined);
      throw error;
    } finally {
      await browser.close();
      await server.stop();
      example.remove();
    }
  });
});
