// F5 with `no race`: the debug variant and the race shadow work together, and going back and forward finds the same races.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Client, example } from './client.js';
import { lineOf } from './helpers.js';

const folder = mkdtempSync(path.join(tmpdir(), 'interlock-races-'));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(example('lost-update'), folder, { recursive: true });
const program = path.join(folder, 'lost-update.scenario');
writeFileSync(program, readFileSync(program, 'utf8').replace('no leak;', 'no leak; no race;'));
const driver = path.join(folder, 'driver/counter.c');

/** What is told when a race happens; the report at the end tells it again. */
const told = (c: Client): string[] => c.outputText().match(/finding data-race \(warning\)[^\n]*/g) ?? [];

test('the races of a run, looked at by break points or not, and after a step back', async (t) => {
  const straight = Client.inMemory();
  t.after(() => straight.close());
  await straight.launch({ program });
  await straight.event('terminated');
  assert.deepEqual(
    told(straight).map((l) => /g_Count is (\w+)/.exec(l)?.[1]),
    ['read', 'written'],
  );

  const c = Client.inMemory();
  t.after(() => c.close());
  await c.launch({ program }, { [driver]: [{ line: lineOf(driver, 'g_Count++;') }] });
  for (let hits = 0; hits < 10; hits++) {
    const { threadId = 0 } = await c.stopped();
    if (hits % 3 === 2) {
      await c.request('stepBack', { threadId });
      await c.stopped();
      await c.request('continue', { threadId });
      await c.stopped();
    }
    await c.request('continue', { threadId });
  }
  await c.event('terminated');
  assert.deepEqual(told(c), told(straight));
});
