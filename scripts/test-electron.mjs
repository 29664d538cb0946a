// `npm run test:electron`: the same suite as in test/e2e/host-suite.e2e.ts, in a desktop VS Code that @vscode/test-electron downloads. For
// machines that can reach its download server; the server-based run needs only npm.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildOrExit } from './build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/process.mjs';

await ensureInstalled();
await buildOrExit();
const { runTests } = await import('@vscode/test-electron');
const parent = mkdtempSync(path.join(os.tmpdir(), 'interlock-electron-'));
const folder = path.join(parent, 'procwatch');
cpSync(path.join(root, 'examples/procwatch'), folder, { recursive: true });
try {
  await runTests({
    version: process.env.VSCODE_VERSION ?? 'stable',
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'dist/test/suite.js'),
    launchArgs: [folder, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
  });
} catch (error) {
  console.error(`The suite failed or VS Code could not be had: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(parent, { recursive: true, force: true });
}
