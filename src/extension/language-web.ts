// The language server in VS Code for the Web: a worker, started from a Blob URL, which works in every web host (worker-adapter.ts says why). Loaded when it is
// needed first.
import * as vscode from 'vscode';
import {
  type BaseLanguageClient,
  BrowserMessageReader,
  BrowserMessageWriter,
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  type MessageTransports,
} from 'vscode-languageclient/browser';

export async function createWebClient(
  extensionUri: vscode.Uri,
  options: LanguageClientOptions,
  crashed: () => boolean,
): Promise<BaseLanguageClient> {
  const script = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'dist/language.worker.js'));
  // the transports, not the worker: VS Code's extension host replaces `Worker`, and the client would not know ours for one
  const connect = (): Promise<MessageTransports> => {
    const url = URL.createObjectURL(new Blob([script.slice()], { type: 'application/javascript' }));
    const worker = new Worker(url);
    // the script is read by the time the worker says anything
    worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true });
    return Promise.resolve({ reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker), detached: false });
  };
  return new LanguageClient('interlock', 'Interlock', connect, {
    ...options,
    errorHandler: {
      // a worker that throws outside any request is not to be trusted further
      error: () => ({ action: ErrorAction.Shutdown, handled: true }),
      closed: () => ({ action: crashed() ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true }),
    },
  });
}
