// The language server in VS Code for the Web: a worker, started from a Blob URL, which works in every web host (worker-adapter.ts says why). Loaded when it is
// needed first.
import * as vscode from 'vscode';
import {
  type BaseLanguageClient,
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
} from 'vscode-languageclient/browser';

export async function createWebClient(
  extensionUri: vscode.Uri,
  options: LanguageClientOptions,
  crashed: () => boolean,
): Promise<BaseLanguageClient> {
  const script = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'dist/language.worker.js'));
  const startWorker = (): Worker => {
    const url = URL.createObjectURL(new Blob([script.slice()], { type: 'application/javascript' }));
    const worker = new Worker(url);
    // the script is read by the time the worker says anything
    worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true });
    return worker;
  };
  return new LanguageClient('interlock', 'Interlock', () => Promise.resolve(startWorker()), {
    ...options,
    errorHandler: {
      // a worker that throws outside any request is not to be trusted further
      error: () => ({ action: ErrorAction.Shutdown, handled: true }),
      closed: () => ({ action: crashed() ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true }),
    },
  });
}
