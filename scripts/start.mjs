// `npm start`: shows what Interlock does, on a fresh clone too. Installs what is missing, builds, runs the example in the terminal, then serves a
// real VS Code workbench in the browser with the examples open.  --once ends after the run, with its exit code.  --port N chooses the port.
import path from 'node:path';
import { buildOrExit } from './build.mjs';
import { ensureHost } from './lib/hosts.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { root, run } from './lib/process.mjs';
import { serveWorkbench } from './lib/web-host.mjs';

const scenario = 'examples/procwatch/procwatch.scenario';

await ensureInstalled();
await buildOrExit();
console.log(`\n$ interlock run ${scenario}\n`);
const code = await run(process.execPath, [path.join(root, 'dist/interlock.js'), 'run', scenario]);
if (process.argv.includes('--once')) {
  process.exitCode = code;
} else {
  await serve();
}

async function serve() {
  const at = process.argv.indexOf('--port');
  const port = at > 0 ? Number(process.argv[at + 1]) : undefined;
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
    console.error('--port wants a number from 1 to 65535');
    process.exit(2);
  }
  const host = await serveWorkbench({ hostFolder: ensureHost('web'), folder: path.join(root, 'examples'), port });
  console.log(`
VS Code with the examples is at

    ${host.url}

Open procwatch/driver/callbacks.c there, click left of a line number in the process callback, and press F5.
Ctrl+C here ends it. What you edit there stays in the browser.`);
  process.on('SIGINT', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
}
