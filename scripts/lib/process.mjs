// Starting child processes and finding the repository root: the few lines every script needs. Only Node built-ins, since scripts run before
// `npm ci` has.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository root, absolute. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Runs a program with its output on our terminal; answers its exit code (128 when a signal ended it).
 * `npm` is started through a shell on Windows, where it is a command file.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32' && (command === 'npm' || command === 'npx');
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell, ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 128));
  });
}

/** Runs a program and throws when it does not exit with 0. */
export async function runOrThrow(command, args, options = {}) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${code}`);
}

/** The script of a package's command, so that it can be started with this very Node and without a shell. */
export const binScript = (file) => path.join(root, 'node_modules', file);

/** All files under a folder (recursive, sorted by code point), as paths relative to the root; [] when the folder does not exist. */
export function filesUnder(folder, accept) {
  const found = [];
  const walk = (dir) => {
    let entries;
    try {
      entries = readdirSync(path.join(root, dir), { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      const name = `${dir}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== 'output') walk(name);
      } else if (accept(name)) {
        found.push(name);
      }
    }
  };
  walk(folder);
  return found.sort();
}
