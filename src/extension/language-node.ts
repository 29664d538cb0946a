// The language server on the desktop and on remote hosts: a process of its own, `interlock lsp`. Loaded when it is needed first.
import { type BaseLanguageClient, CloseAction, ErrorAction, LanguageClient, type LanguageClientOptions } from 'vscode-languageclient/node';

export function createNodeClient(program: string, options: LanguageClientOptions, crashed: () => boolean): BaseLanguageClient {
  // The editor's own executable is an Electron on the desktop and a plain Node on a server; the variable makes both a Node.
  // A unit's trees are large and short-lived: with a larger young generation an edit costs a third less.
  const args = ['--max-semi-space-size=32', program, 'lsp'];
  const run = { command: process.execPath, args, options: { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } } };
  return new LanguageClient('interlock', 'Interlock', run, {
    ...options,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: crashed() ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true }),
    },
  });
}
