// The example the end-to-end tests run, copied so that a run leaves nothing behind, and where in it they stop: the first statement of the process
// notify callback, found in the source so that the tests do not follow every edit of the example.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../../scripts/lib/process.mjs';
import { findCallback } from './callback.js';

export interface Example {
  readonly folder: string;
  readonly scenario: string;
  /** Path in the example, function name and line (1-based) of the callback's first statement. */
  readonly callback: { readonly file: string; readonly name: string; readonly line: number };
  remove(): void;
}

/** Copies examples/procwatch. */
export function procwatch(): Example {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'interlock-example-')), 'procwatch');
  cpSync(path.join(root, 'examples/procwatch'), folder, { recursive: true });
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.c'));
  for (const source of sources.sort()) {
    const found = findCallback(readFileSync(path.join(folder, source), 'utf8'));
    if (found) {
      const remove = () => rmSync(path.dirname(folder), { recursive: true, force: true });
      return { folder, scenario: 'procwatch.scenario', callback: { file: source, ...found }, remove };
    }
  }
  throw new Error('examples/procwatch has no function with a PPS_CREATE_NOTIFY_INFO parameter and a body');
}

/** Copies examples/procwatch-bug and what it uses; the folder to open holds both. */
export function procwatchBug(): Example {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'interlock-example-')), 'drivers');
  for (const name of ['procwatch', 'procwatch-bug'])
    cpSync(path.join(root, 'examples', name), path.join(folder, name), { recursive: true });
  const file = 'procwatch-bug/callbacks.c';
  const callback = findCallback(readFileSync(path.join(folder, file), 'utf8'));
  if (!callback) throw new Error('examples/procwatch-bug has no process notify callback');
  return {
    folder,
    scenario: 'procwatch-bug/procwatch-bug.scenario',
    callback: { file, ...callback },
    remove: () => rmSync(path.dirname(folder), { recursive: true, force: true }),
  };
}
