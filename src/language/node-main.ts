// The server on Node streams (`interlock lsp`, tests): the transport of vscode-languageserver and a host that reads files directly.
import { createConnection } from 'vscode-languageserver/node';
import type { FileProvider } from '../base/files.js';
import { wdkHeaders } from '../wdk/headers.gen.js';
import type { LanguageHost } from './host.js';
import { serve } from './server.js';

export interface NodeOptions {
  readonly files: FileProvider;
  /** Lets waiting messages in: a turn of the event loop. */
  readonly turn: () => Promise<void>;
  readonly rulePages?: string;
}

/** Serves until the client says `exit` (then the process ends) or the input ends. */
export function serveStreams(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, options: NodeOptions): void {
  const connection = createConnection(input, output);
  const host: LanguageHost = { ...options, headers: wdkHeaders, fetch: () => Promise.resolve(false), forget: () => {} };
  serve(connection, host);
  connection.listen();
}
