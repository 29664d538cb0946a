// dist/interlock.js: a few lines that run dist/interlock-core.js with V8's code cache (code-cache.ts).
import * as path from 'node:path';
import { runCached } from './code-cache.js';

const command = process.argv[2] ?? '';
// `run` does not come back to the event loop before its end, so nothing could end its warm-up.
runCached(path.join(__dirname, 'interlock-core.js'), command, command === 'dap' ? 500 : 0);
