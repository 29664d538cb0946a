// The adapter in a web worker: DAP messages and files come through the editor (src/messages/adapter-worker.ts), since a worker sees no file system.
// Files are fetched in rounds: what a build read and missed comes before the next try (docs/ARCHITECTURE.md).
import type { DebugProtocol } from '@vscode/debugprotocol';
import { FetchedFiles } from '../base/fetched-files.js';
import type { DapMessage, FileResult, FromAdapterWorker, ToAdapterWorker } from '../messages/adapter-worker.js';
import { InterlockAdapter } from './adapter.js';
import { answerExplore } from './explore-service.js';
import type { AdapterHost } from './host.js';

interface WorkerScope {
  onmessage: ((event: { data: ToAdapterWorker }) => void) | null;
  postMessage(message: FromAdapterWorker): void;
}
const scope = self as unknown as WorkerScope;

const pending = new Map<number, (r: FileResult) => void>();
let lastId = 0;

function ask(type: 'readFile' | 'listFiles', uri: string): Promise<FileResult> {
  const id = ++lastId;
  return new Promise((done) => {
    pending.set(id, done);
    scope.postMessage({ type, id, uri });
  });
}

const files = new FetchedFiles({
  readFile: async (path) => (await ask('readFile', path)).text ?? undefined,
  listFiles: async (path) => (await ask('listFiles', path)).entries?.map((e) => e.name),
});

const channel = new MessageChannel();
let turns: (() => void)[] = [];
channel.port1.onmessage = () => {
  const due = turns;
  turns = [];
  for (const t of due) t();
};

const host: AdapterHost = {
  files,
  fetch: () => files.fetch(),
  turn: () =>
    new Promise((done) => {
      turns.push(done);
      channel.port2.postMessage(0);
    }),
  now: () => performance.now(),
};

/** DebugSession reads and writes message objects through these two when it is not on streams. */
const adapter = new InterlockAdapter(host);
adapter.onDidSendMessage((message) => scope.postMessage({ type: 'dap', message: message as DapMessage }));
scope.onmessage = (event) => {
  const m = event.data;
  if (m.type === 'dap') {
    const request = m.message as DebugProtocol.Request;
    // a new launch reads files afresh: the user may have edited them since the last one
    if (request.command === 'launch' || request.command === 'restart') {
      files.forget();
    }
    adapter.handleMessage(request);
    return;
  }
  if (m.type === 'explore') {
    void answerExplore(host, m.request, (orders) => scope.postMessage({ type: 'exploring', orders }))
      .catch((e: unknown) => ({ verdict: 'bad-input' as const, errors: [{ message: e instanceof Error ? e.message : String(e) }] }))
      .then((answer) => scope.postMessage({ type: 'explored', answer }));
    return;
  }
  pending.get(m.id)?.(m);
  pending.delete(m.id);
};
