// An exploration on the desktop and on remote hosts: `interlock explore --json` as a process of its own, which ends when the user cancels.
import { spawn } from 'node:child_process';
import type { ExploreAnswer } from '../messages/explore.js';
import type { Explorer } from './explore.js';

/** `program`: dist/interlock.js. */
export function processExplorer(program: string): Explorer {
  return (request, onOrders, cancel) =>
    new Promise((resolve, reject) => {
      const child = spawn(
        process.execPath,
        [program, 'explore', request.program, '--json', '--progress', '--strategy', request.strategy, '--seconds', String(request.seconds)],
        { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let out = '';
      let error = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        const orders = /exploring: ([\d,]+) orders\s*$/.exec(text)?.[1];
        if (orders) onOrders(Number(orders.replace(/,/g, '')));
        else error = (error + text).slice(-2_000);
      });
      const cancelled = cancel.onCancellationRequested(() => child.kill());
      child.on('error', reject);
      child.on('close', () => {
        cancelled.dispose();
        if (cancel.isCancellationRequested) return resolve(undefined);
        try {
          resolve(JSON.parse(out) as ExploreAnswer);
        } catch {
          reject(new Error(error.trim() || 'the process ended without an answer'));
        }
      });
    });
}
