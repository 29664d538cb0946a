// The server in a web worker (VS Code for the Web): messages of the worker are the transport, files come through the editor.
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { FetchedFiles } from '../base/fetched-files.js';
import type { FileParams, LanguageRequests } from '../messages/language-server.js';
import { wdkHeaders } from '../wdk/headers.gen.js';
import type { LanguageHost } from './host.js';
import { serve } from './server.js';
import { uriOfPath } from './uris.js';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const connection = createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope));

const ask = <M extends keyof LanguageRequests>(method: M, path: string): Promise<LanguageRequests[M]> =>
  connection.sendRequest(method, { uri: uriOfPath(path) } satisfies FileParams);
const files = new FetchedFiles({
  readFile: async (path) => (await ask('interlock/readFile', path)).text,
  listFiles: async (path) => (await ask('interlock/listFiles', path)).names,
});

const channel = new MessageChannel();
let turns: (() => void)[] = [];
channel.port1.onmessage = () => {
  const due = turns;
  turns = [];
  for (const t of due) t();
};
/** A message to ourselves comes behind the messages that have arrived. */
const turn = (): Promise<void> =>
  new Promise((done) => {
    turns.push(done);
    channel.port2.postMessage(0);
  });

const host: LanguageHost = {
  files,
  headers: wdkHeaders,
  fetch: () => files.fetch(),
  forget: (paths) => files.forget(paths),
  // one turn takes in what has arrived, the next one comes after it was acted on
  turn: () => turn().then(turn),
};
serve(connection, host);
connection.listen();
