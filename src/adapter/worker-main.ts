// The adapter in a web worker: DAP messages and files come through the editor (src/messages/adapter-worker.ts), since a worker sees no file system.
// Files are asked for lazily: a build names what it missed, this fetches it, the unit is compiled again (docs/ARCHITECTURE.md).
import type { DebugProtocol } from '@vscode/debugprotocol';
import { basename, compareCodePoints, dirname, type FileProvider, normalizePath } from '../base/files.js';
import type { DapMessage, FileResult, FromAdapterWorker, ToAdapterWorker } from '../messages/adapter-worker.js';
import { InterlockAdapter } from './adapter.js';
import { answerExplore } from './explore-service.js';
import type { AdapterHost } from './host.js';

interface WorkerScope {
  onmessage: ((event: { data: ToAdapterWorker }) => void) | null;
  postMessage(message: FromAdapterWorker): void;
}
const scope = self as unknown as WorkerScope;

/** Snapshot of what has been fetched: texts, folder listings, and what is known not to exist (null). */
class FetchedFiles implements FileProvider {
  readonly texts = new Map<string, string | null>();
  readonly folders = new Map<string, readonly string[] | null>();
  /** Folders that were asked for and not known: fetched with the next round. */
  readonly wanted = new Set<string>();

  read(path: string): string | undefined {
    return this.texts.get(normalizePath(path)) ?? undefined;
  }
  list(folder: string): readonly string[] | undefined {
    const f = normalizePath(folder);
    if (!this.folders.has(f)) this.wanted.add(f);
    return this.folders.get(f) ?? undefined;
  }
}

const files = new FetchedFiles();
const pending = new Map<number, (r: FileResult) => void>();
let lastId = 0;

function ask(type: 'readFile' | 'listFiles', uri: string): Promise<FileResult> {
  const id = ++lastId;
  return new Promise((done) => {
    pending.set(id, done);
    scope.postMessage({ type, id, uri });
  });
}

async function fetchFolder(folder: string): Promise<void> {
  const r = await ask('listFiles', folder);
  files.folders.set(folder, r.entries ? r.entries.map((e) => e.name).sort(compareCodePoints) : null);
}

async function fetchFile(path: string): Promise<void> {
  const r = await ask('readFile', path);
  files.texts.set(path, r.text ?? null);
}

const channel = new MessageChannel();
let turns: (() => void)[] = [];
channel.port1.onmessage = () => {
  const due = turns;
  turns = [];
  for (const t of due) t();
};

const host: AdapterHost = {
  files,
  async fetch(missing) {
    const paths = [...missing].map(normalizePath).filter((p) => !files.texts.has(p));
    const folders = [...new Set([...files.wanted, ...paths.map(dirname)])].filter((f) => f !== '' && !files.folders.has(f));
    files.wanted.clear();
    await Promise.all(folders.map(fetchFolder));
    // ask only for files that their folder lists (the answer for the others is known), and for those whose folder cannot be listed
    const there = (p: string): boolean => {
      const names = files.folders.get(dirname(p));
      return !names || names.includes(basename(p));
    };
    await Promise.all(paths.map((p) => (there(p) ? fetchFile(p) : void files.texts.set(p, null))));
    return folders.length > 0 || paths.length > 0;
  },
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
      files.texts.clear();
      files.folders.clear();
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
