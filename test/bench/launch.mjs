// How long a user waits after F5: from the start of the adapter's process to `stopped` on entry of the example, and from a pause request in an endless loop to the
// stop. Medians over fresh processes of what `npm run build` has made.  Usage: node test/bench/launch.mjs [runs]
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const RUNS = Number(process.argv[2] ?? 15);

/** Starts an adapter; answers how to send a request and how to wait for a message. */
function startAdapter() {
  const child = spawn(process.execPath, [path.join(root, 'dist/interlock.js'), 'dap'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let seq = 0;
  let data = Buffer.alloc(0);
  const seen = [];
  const waiting = [];
  child.stdout.on('data', (chunk) => {
    data = Buffer.concat([data, chunk]);
    for (;;) {
      const end = data.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(data.toString('latin1', 0, Math.max(end, 0)))?.[1]);
      if (end < 0 || data.length < end + 4 + length) return;
      const message = JSON.parse(data.toString('utf8', end + 4, end + 4 + length));
      data = data.subarray(end + 4 + length);
      seen.push(message);
      for (const w of waiting.splice(0)) w();
    }
  });
  return {
    child,
    send(command, args) {
      const json = JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args });
      child.stdin.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
    },
    async wait(wanted) {
      for (;;) {
        const at = seen.findIndex(wanted);
        if (at >= 0) return seen.splice(at, 1)[0];
        await new Promise((done) => waiting.push(done));
      }
    },
  };
}

const event = (name) => (m) => m.type === 'event' && m.event === name;

async function launch(adapter, args) {
  adapter.send('initialize', { adapterID: 'interlock', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' });
  adapter.send('launch', { ...args });
  await adapter.wait(event('initialized'));
  adapter.send('configurationDone');
}

async function entry() {
  const from = performance.now();
  const adapter = startAdapter();
  await launch(adapter, { program: path.join(root, 'examples/procwatch/procwatch.scenario'), stopOnEntry: true });
  const stop = await adapter.wait(event('stopped'));
  const ms = performance.now() - from;
  if (stop.body.reason !== 'entry') throw new Error(`stopped for ${stop.body.reason}`);
  adapter.child.kill();
  return ms;
}

/** Pause requests in a callback that never returns. */
async function pauses(count) {
  const adapter = startAdapter();
  await launch(adapter, { program: path.join(root, 'test/fixtures/drivers/endless-without-limit.scenario') });
  const out = [];
  for (let i = 0; i < count; i++) {
    await new Promise((done) => setTimeout(done, 150));
    const from = performance.now();
    adapter.send('pause', { threadId: 1 });
    await adapter.wait(event('stopped'));
    out.push(performance.now() - from);
    adapter.send('continue', { threadId: 1 });
  }
  adapter.child.kill();
  return out;
}

function report(what, list) {
  const sorted = [...list].sort((a, b) => a - b);
  const ms = (x) => `${x.toFixed(0)} ms`;
  console.log(
    `${what}: median ${ms(sorted[sorted.length >> 1])}, fastest ${ms(sorted[0])}, slowest ${ms(sorted[sorted.length - 1])} (${sorted.length} runs)`,
  );
}

const entries = [];
for (let i = 0; i < RUNS; i++) entries.push(await entry());
report('adapter process start to stopped on entry', entries);
report('pause in an endless loop', await pauses(RUNS));
