// `npm run bench [NAME ...]`: every benchmark of test/bench, or the named ones, one after the other on a built project. Each prints ratios against a named peer
// of the same run; read milliseconds as such, not as promises.
import { existsSync } from 'node:fs';
import { buildOrExit } from './build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { run } from './lib/process.mjs';

const BENCHES = [
  'engine',
  'front-end',
  'first-statement',
  'trace',
  'dispatcher',
  'history',
  'launch',
  'language',
  'rules',
  'explore',
  'panel',
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHES.includes(name));
if (unknown.length) {
  console.error(`no benchmark called ${unknown.join(', ')}; there are: ${BENCHES.join(', ')}`);
  process.exit(2);
}
await ensureInstalled();
await buildOrExit();
for (const name of wanted.length ? wanted : BENCHES) {
  const file = [`test/bench/${name}.ts`, `test/bench/${name}.mjs`].find((f) => existsSync(f));
  if (!file) continue;
  console.log(`\n== ${name}`);
  const code = await run(process.execPath, ['--import', 'tsx', file]);
  if (code !== 0) process.exitCode = code;
}
