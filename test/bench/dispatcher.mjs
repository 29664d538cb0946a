// What waiting, waking and switching cost (dispatcher-run.ts). Usage: node test/bench/dispatcher.mjs [rounds [part ...]]
import { runBundled } from './bundled.mjs';

const [rounds = '7', ...parts] = process.argv.slice(2);
await runBundled(
  'dispatcher-run.ts',
  (parts.length ? parts : ['wakes', 'switching', 'idle']).map((part) => [rounds, part]),
  ['--expose-gc'],
);
