// Entry point in VS Code for the Web (package.json `browser`): the debug adapter runs in a web worker and reads files through the editor.
import type * as vscode from 'vscode';
import { activateWith } from './activate.js';
import { workerExplorer } from './explore-worker.js';
import { registerLanguageClient } from './language-client.js';
import { startWorkerAdapter } from './worker-adapter.js';

export function activate(context: vscode.ExtensionContext): void {
  activateWith(
    context,
    { createDebugAdapterDescriptor: () => startWorkerAdapter(context.extensionUri) },
    workerExplorer(context.extensionUri),
  );
  context.subscriptions.push(
    ...registerLanguageClient(context, async (options, crashed) =>
      (await import('./language-web.js')).createWebClient(context.extensionUri, options, crashed),
    ),
  );
}
