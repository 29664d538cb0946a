// Files, virtual memory, hashes and what else drivers ask for live in simulated memory only: runs that are saved and rebuilt every few hundred steps give the
// same trace as the uninterrupted ones.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runSystem } from '../system.js';

for (const name of ['files', 'virtual_memory', 'bcrypt', 'file_names', 'handle_table', 'queries', 'image']) {
  test(`${name}.c, restored every 977 steps`, () => {
    const driver = readFileSync(new URL(`../../drivers/system/${name}.c`, import.meta.url), 'utf8');
    const threads = /#if 0 \/\/ threads\r?\n([\s\S]*?)\r?\n#endif/.exec(driver)?.[1];
    const whole = runSystem({ driver, threads });
    const pieces = runSystem({ driver, threads, restoreEvery: 977 });
    assert.equal(whole.end, 'done');
    assert.equal(pieces.end, 'done');
    assert.equal(pieces.hash, whole.hash);
  });
}
