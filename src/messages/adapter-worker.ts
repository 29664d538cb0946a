// What crosses between the extension and the debug adapter when the adapter runs in a web worker (VS Code for the Web). The worker has no file
// system: it asks the editor, which can read every workspace there is (local folder, GitHub, SSH). Types only; on the desktop the adapter is a
// process that speaks DAP over its standard streams and none of this is used.
//
// The extension starts the worker, sends every DAP message of the editor as `dap` and passes every `dap` message of the worker on to the editor.
// The worker may ask for files at any time; each request is answered by exactly one `fileResult` with the same id.

import type { FromExploreWorker, ToExploreWorker } from './explore.js';

/** A DAP message (request, response or event) as a plain object; the transport does not look inside. */
export type DapMessage = { readonly seq: number; readonly type: string };

/** One name in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** Answer to `readFile` (`text`) or `listFiles` (`entries`), or the reason why there is none (`error`). */
export interface FileResult {
  readonly type: 'fileResult';
  readonly id: number;
  readonly text?: string;
  readonly entries?: readonly FolderEntry[];
  readonly error?: string;
}

/** Extension -> worker. */
export type ToAdapterWorker = { readonly type: 'dap'; readonly message: DapMessage } | ToExploreWorker | FileResult;

/**
 * Worker -> extension. A `uri` is what the launch request's `program` was made of: a URI (`vscode-vfs://github/...`), or a plain absolute path,
 * which stands for a file of the local disk.
 */
export type FromAdapterWorker =
  | { readonly type: 'dap'; readonly message: DapMessage }
  | FromExploreWorker
  | { readonly type: 'readFile'; readonly id: number; readonly uri: string }
  | { readonly type: 'listFiles'; readonly id: number; readonly uri: string };
