// Places in the examples, found by their text, so that the tests do not follow every edit of the sources.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { example } from './client.js';

export const procwatch = example('procwatch/procwatch.scenario');
export const callbacks = example('procwatch/driver/callbacks.c');
export const driver = example('procwatch/driver/driver.c');
export const processes = example('procwatch/driver/processes.c');
export const procwatchBug = example('procwatch-bug/procwatch-bug.scenario');

/** 1-based number of the first line that contains a text. */
export function lineOf(file: string, text: string): number {
  const at = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((l) => l.includes(text));
  assert.ok(at >= 0, `no line of ${file} contains ${text}`);
  return at + 1;
}
