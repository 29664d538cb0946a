// F5 on a schedule file: the debugger follows the order that was found, stops where it fails, and refuses what does not belong to it.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { explore } from '../../src/explore/explore.js';
import { outcomeOf } from '../../src/explore/outcome.js';
import { buildFile } from '../scenario/product.js';
import { Client, example } from './client.js';
import { lineOf } from './helpers.js';

const folder = mkdtempSync(path.join(tmpdir(), 'interlock-schedule-'));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(example('lost-update'), folder, { recursive: true });
const build = buildFile('examples/lost-update/lost-update.scenario');
const schedule = path.join(folder, 'lost-update.schedule');
const text = outcomeOf(build, explore(build), 'lost-update.scenario').failure!.schedule;
writeFileSync(schedule, text);
const driver = path.join(folder, 'driver/counter.c');

test('the debugger follows the order that was found: before the last hit some are lost', async (t) => {
  const c = Client.inMemory();
  t.after(() => c.close());
  const at = lineOf(driver, 'g_Count++;');
  const set = await c.launch({ program: schedule }, { [driver]: [{ line: at }] });
  assert.equal(set[driver][0].verified, true);
  for (let hits = 0; hits < 10; hits++) {
    const stop = await c.stopped();
    assert.equal(stop.reason, 'breakpoint');
    if (hits === 9) assert.notEqual(await c.evaluate('g_Count'), '9', 'hits have been lost');
    await c.request('continue', { threadId: stop.threadId ?? 0 });
  }
  await c.event('terminated');
});

test('a schedule of other sources, a damaged one, one that is not there: said at launch', async () => {
  const failing = async (program: string): Promise<string> => {
    const c = Client.inMemory();
    try {
      await c.launch({ program });
      return 'launched';
    } catch (e) {
      return String(e);
    } finally {
      c.close();
    }
  };
  const source = readFileSync(driver, 'utf8');
  writeFileSync(driver, `${source}\n`);
  assert.match(await failing(schedule), /driver\/counter\.c has changed/);
  writeFileSync(driver, source);
  writeFileSync(path.join(folder, 'bad.schedule'), text.replace('order', 'chaos'));
  assert.match(await failing(path.join(folder, 'bad.schedule')), /bad\.schedule:\d+: 'chaos' is not understood here/);
  assert.match(await failing(path.join(folder, 'none.schedule')), /was not found/);
});
