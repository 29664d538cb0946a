// Entry point on the desktop and on remote hosts (package.json `main`): the debug adapter is a process of its own, `interlock dap`.
import * as vscode from 'vscode';
import { activateWith } from './activate.js';
import { processExplorer } from './explore-process.js';
import { registerLanguageClient } from './language-client.js';

export function activate(context: vscode.ExtensionContext): void {
  const program = context.asAbsolutePath('dist/interlock.js');
  activateWith(
    context,
    {
      createDebugAdapterDescriptor: () =>
        // The editor's own executable is an Electron on the desktop and a plain Node on a server; the variable makes both a Node.
        new vscode.DebugAdapterExecutable(process.execPath, [program, 'dap'], { env: { ELECTRON_RUN_AS_NODE: '1' } }),
    },
    processExplorer(program),
  );
  context.subscriptions.push(
    ...registerLanguageClient(context, async (options, crashed) =>
      (await import('./language-node.js')).createNodeClient(program, options, crashed),
    ),
  );
}
