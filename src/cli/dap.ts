// The adapter as a Node process: over its standard streams (VS Code starts it so), or on a port for other editors.
import * as net from 'node:net';
import { InterlockAdapter } from '../adapter/adapter.js';
import type { AdapterHost } from '../adapter/host.js';
import { DiskFiles } from './disk-files.js';

/** What the adapter needs, from Node. */
export function nodeHost(files: DiskFiles): AdapterHost {
  return {
    files,
    fetch: () => Promise.resolve(false),
    turn: () => new Promise((done) => setImmediate(done)),
    now: () => performance.now(),
  };
}

function start(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, server: boolean): void {
  const adapter = new InterlockAdapter(nodeHost(new DiskFiles()));
  adapter.setRunAsServer(server);
  adapter.start(input, output);
}

/** Serves DAP on stdin/stdout until the client disconnects. */
export function serveStdio(): void {
  // output must arrive before the process ends: pipes are asynchronous otherwise
  (process.stdout as unknown as { _handle?: { setBlocking?(b: boolean): void } })._handle?.setBlocking?.(true);
  start(process.stdin, process.stdout, false);
}

/** Serves DAP on a TCP port of this machine (127.0.0.1), one session a connection. Resolves with the real port when it listens. */
export function servePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      start(socket, socket, true);
    });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
