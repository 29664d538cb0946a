// What recording and the checks of callbacks cost (trace-run.ts). Usage: node test/bench/trace.mjs [rounds]
import { runBundled } from './bundled.mjs';

await runBundled('trace-run.ts', [process.argv.slice(2)]);
