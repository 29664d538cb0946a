// The command line as a process: its output and exit code. `npm test` has built the bundle and says so: then that is what runs, as it is shipped; else the sources.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Arguments of node that start the command line, from any folder. */
export const program = process.env.INTERLOCK_BUNDLE
  ? [path.join(root, 'dist/interlock.js')]
  : ['--import', import.meta.resolve('tsx'), path.join(root, 'src/cli/main.ts')];

export function interlock(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const r = spawnSync(process.execPath, [...program, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { code: r.status, stdout: r.stdout, stderr: r.stderr };
}
