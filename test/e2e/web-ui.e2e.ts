// The same F5 in VS Code for the Web: extension and debug adapter in workers of the browser, files through the editor, no Node anywhere. The
// workbench is 1.91, the oldest that package.json allows.
import { test } from 'node:test';
import { serveWorkbench } from '../../scripts/lib/web-host.mjs';
import { openBrowser, prerequisites } from './support/browser.js';
import { debugTheExample } from './support/debug-the-example.js';
import { procwatch, procwatchBug } from './support/example.js';
import { backFromBugCheck } from './support/history.js';
import { withSecondTry } from './support/second-try.js';
import { Workbench } from './support/workbench.js';

test('F5 on the example, in VS Code for the Web (worker extension host)', async (t) => {
  const ready = prerequisites(t, 'web');
  if (!ready) return;
  await withSecondTry(t, async () => {
    const example = procwatch();
    const host = await serveWorkbench({ hostFolder: ready.hostFolder, folder: example.folder });
    const { browser, page } = await openBrowser(ready.chromium);
    const workbench = new Workbench(page, 'web');
    try {
      await workbench.open(host.url);
      await debugTheExample(workbench, example);
    } catch (error) {
      await workbench.screenshot('FAILED').catch(() => undefined);
      throw error;
    } finally {
      await browser.close();
      host.stop();
      example.remove();
    }
  });
});

test('back from a bug check to the statement that caused it, in VS Code for the Web (worker extension host)', async (t) => {
  const ready = prerequisites(t, 'web');
  if (!ready) return;
  await withSecondTry(t, async () => {
    const example = procwatchBug();
    const host = await serveWorkbench({ hostFolder: ready.hostFolder, folder: example.folder });
    const { browser, page } = await openBrowser(ready.chromium);
    const workbench = new Workbench(page, 'web-history');
    try {
      await workbench.open(host.url);
      await backFromBugCheck(workbench, example.scenario);
    } catch (error) {
      await workbench.screenshot('FAILED').catch(() => undefined);
      throw error;
    } finally {
      await browser.close();
      host.stop();
      example.remove();
    }
  });
});
