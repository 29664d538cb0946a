// The code cache of the launcher: made by the first start, taken by the second, and never in the way.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { buildSync } from 'esbuild';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'interlock-cache-'));
const launcher = path.join(folder, 'interlock.js');
const core = path.join(folder, 'interlock-core.js');
const caches = path.join(folder, 'caches');
const body =
  "const path = require('node:path'); function used(x) { return x * 2; }\nconsole.log(process.argv.slice(2).join(), used(NUMBER), path.basename(__filename));";
const say = (n: number): void => fs.writeFileSync(core, body.replace('NUMBER', String(n)));

buildSync({ entryPoints: ['src/cli/launcher.ts'], outfile: launcher, bundle: true, platform: 'node', format: 'cjs' });

function start(env: Record<string, string> = {}, ...args: string[]): string {
  const r = spawnSync(process.execPath, [launcher, ...args], {
    env: { ...process.env, XDG_CACHE_HOME: caches, LOCALAPPDATA: caches, HOME: folder, ...env },
    encoding: 'utf8',
  });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.trim();
}

function cacheFiles(at = folder): string[] {
  return (fs.readdirSync(at, { recursive: true }) as string[])
    .filter((f) => f.endsWith('.bin'))
    .map((f) => path.join(at, f))
    .sort();
}

test.after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('the first start makes the cache, the second takes it', () => {
  say(21);
  for (const command of ['dap', 'run']) assert.equal(start({}, command, 'x'), `${command},x 42 interlock-core.js`);
  const made = cacheFiles();
  assert.equal(made.length, 2);
  const stamps = made.map((f) => fs.statSync(f).mtimeMs);
  for (const command of ['dap', 'run']) assert.equal(start({}, command), `${command} 42 interlock-core.js`);
  // one that V8 refused would have been written again
  assert.deepEqual(cacheFiles(), made);
  assert.deepEqual(
    made.map((f) => fs.statSync(f).mtimeMs),
    stamps,
  );
});

test('another bundle of the same length has a cache of its own', () => {
  say(33);
  fs.utimesSync(core, new Date(), new Date(Date.now() + 5000));
  assert.equal(start({}, 'dap'), 'dap 66 interlock-core.js');
  assert.equal(cacheFiles().length, 3);
});

test('a spoilt cache, one that others can write, a folder that cannot be, and none at all', () => {
  for (const f of cacheFiles()) fs.writeFileSync(f, 'not a cache');
  assert.equal(start({}, 'dap'), 'dap 66 interlock-core.js');
  if (process.platform !== 'win32') {
    for (const f of cacheFiles()) fs.chmodSync(f, 0o666);
    assert.equal(start({}, 'dap'), 'dap 66 interlock-core.js');
  }
  const blocked = path.join(folder, 'blocked');
  fs.writeFileSync(blocked, '');
  assert.equal(start({ XDG_CACHE_HOME: blocked, LOCALAPPDATA: blocked, HOME: blocked }, 'dap'), 'dap 66 interlock-core.js');
  const none = path.join(folder, 'none');
  assert.equal(
    start({ XDG_CACHE_HOME: none, LOCALAPPDATA: none, HOME: none, INTERLOCK_CODE_CACHE: 'off' }, 'dap'),
    'dap 66 interlock-core.js',
  );
  assert.equal(fs.existsSync(none), false);
});
