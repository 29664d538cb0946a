// Runs the suite in test/e2e/suite inside the Node extension host of a real VS Code server, the way @vscode/test-electron does on a desktop.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/process.mjs';
import { openBrowser, outputFolder, prerequisites } from './support/browser.js';
import { procwatch } from './support/example.js';
import { startServer, suiteResult, workbenchUrl } from './support/server.js';

/** Lines of the suite's reporter; the workbench logs much else. */
const suiteLine = /^\s*(✔|✓|√|\d+\)|-|passing|failing|\d+ (passing|failing|pending)|AssertionError|Error:|\+|at )|^ {2,}\S/;

test('suite in the extension host', async (t) => {
  const ready = prerequisites(t, 'node');
  if (!ready) return;
  const example = procwatch();
  const server = await startServer(ready.hostFolder, { testDriver: true });
  const { browser, page } = await openBrowser(ready.chromium);
  try {
    const result = await suiteResult(page, 120_000);
    await page.goto(workbenchUrl(server, example.folder, { path: root, tests: path.join(root, 'dist/test/suite.js') }));
    const { exitCode, counts, log } = await result();
    await page.screenshot({ path: path.join(outputFolder, 'host-suite.png') }).catch(() => undefined);
    console.log(log.filter((line) => suiteLine.test(line)).join('\n'));
    console.log(`in the extension host: ${counts?.passed ?? 0} passed, ${counts?.failed ?? 0} failed, ${counts?.skipped ?? 0} skipped`);
    assert.ok(
      counts && counts.passed > 0,
      `no test ran in the extension host (exit code ${exitCode})\n${log.slice(-20).join('\n')}\n${server.log()}`,
    );
    assert.equal(exitCode, 0);
    assert.equal(counts.failed, 0);
  } finally {
    await browser.close();
    await server.stop();
    example.remove();
  }
});
