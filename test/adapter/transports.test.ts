// The ways to reach the adapter: a process with DAP on its standard streams (what VS Code starts), and a TCP port for other editors, where one session's end
// leaves the port open for the next.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { program } from '../cli/run-cli.js';
import { Client, root } from './client.js';
import { procwatch } from './helpers.js';

async function entryStop(c: Client): Promise<void> {
  await c.launch({ program: procwatch, stopOnEntry: true });
  const stop = await c.stopped();
  assert.equal(stop.reason, 'entry');
  assert.match((await c.stack(stop.threadId ?? 0))[0].name, /!DriverEntry$/);
}

test('standard streams: a session, and the process ends with it', async () => {
  const { client, child } = Client.process();
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  await entryStop(client);
  await client.request('disconnect');
  assert.equal(await exited, 0);
});

test('standard streams: the process ends when the editor has gone', async () => {
  const { client, child } = Client.process();
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  await entryStop(client);
  child.stdin?.end();
  child.stdin?.destroy();
  assert.equal(await exited, 0);
});

test('a port: sessions one after the other and side by side', async (t) => {
  const server = spawn(process.execPath, [...program, 'dap', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => server.kill());
  const port = await new Promise<number>((done, failed) => {
    let text = '';
    server.stderr.on('data', (chunk) => {
      text += chunk;
      const found = /listens on 127\.0\.0\.1:(\d+)/.exec(text);
      if (found) done(Number(found[1]));
    });
    server.once('exit', () => failed(new Error(`the server ended: ${text}`)));
  });
  const first = await Client.port(port);
  const second = await Client.port(port);
  await Promise.all([entryStop(first), entryStop(second)]);
  first.close(); // without a word, while its machine stands
  await second.request('continue', { threadId: 1 });
  await second.event('terminated');
  await second.request('disconnect');
  second.close();
  const third = await Client.port(port);
  await entryStop(third);
  await third.request('disconnect');
  third.close();
});
