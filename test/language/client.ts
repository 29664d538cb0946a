// A language client over in-memory streams: what goes over them is the real protocol, byte for byte.
import { PassThrough } from 'node:stream';
import {
  type CodeAction,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import type { FileProvider } from '../../src/base/files.js';
import { serveStreams } from '../../src/language/node-main.js';

export interface Change {
  readonly range?: Range;
  readonly text: string;
}

export class Client {
  readonly connection: ProtocolConnection;
  /** Everything that was published, in order. */
  readonly published: PublishDiagnosticsParams[] = [];
  /** What the server said in its log. */
  readonly log: string[] = [];
  private readonly latest = new Map<string, PublishDiagnosticsParams>();
  private waiting: (() => void)[] = [];

  constructor(
    readonly files: FileProvider,
    rulePages?: string,
  ) {
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    serveStreams(toServer, toClient, {
      files,
      turn: () => new Promise((done) => setImmediate(() => setImmediate(done))),
      ...(rulePages === undefined ? {} : { rulePages }),
    });
    this.connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    this.connection.onNotification('textDocument/publishDiagnostics', (p: PublishDiagnosticsParams) => {
      this.published.push(p);
      this.latest.set(p.uri, p);
      for (const w of this.waiting.splice(0)) w();
    });
    this.connection.onNotification('window/logMessage', (p: { message: string }) => void this.log.push(p.message));
    this.connection.listen();
  }

  async initialize(settings?: unknown): Promise<InitializeResult> {
    const result = await this.connection.sendRequest<InitializeResult>('initialize', {
      processId: null,
      rootUri: null,
      capabilities: { workspace: { workspaceEdit: { documentChanges: true } } },
      ...(settings === undefined ? {} : { initializationOptions: { settings } }),
    });
    await this.connection.sendNotification('initialized', {});
    return result;
  }

  open(uri: string, text: string, version = 1, languageId = 'c'): Promise<void> {
    return this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version, text } });
  }
  change(uri: string, version: number, contentChanges: readonly Change[]): Promise<void> {
    return this.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }
  close(uri: string): Promise<void> {
    return this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }
  settings(interlock: unknown): Promise<void> {
    return this.connection.sendNotification('workspace/didChangeConfiguration', { settings: { interlock } });
  }
  hover(uri: string, line: number, character: number): Promise<Hover | null> {
    return this.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position: { line, character } });
  }
  codeActions(uri: string, range: Range): Promise<CodeAction[]> {
    return this.connection.sendRequest('textDocument/codeAction', { textDocument: { uri }, range, context: { diagnostics: [] } });
  }

  /** Diagnostics of a document for a version, waiting until they arrive. */
  async diagnostics(uri: string, version: number): Promise<readonly Diagnostic[]> {
    return (await this.until(uri, (p) => p.version === version)).diagnostics;
  }

  /** The first published list of a document, the last one included, that fits. */
  async until(uri: string, fits: (p: PublishDiagnosticsParams) => boolean): Promise<PublishDiagnosticsParams> {
    for (;;) {
      const p = this.latest.get(uri);
      if (p && fits(p)) return p;
      await new Promise<void>((done) => this.waiting.push(done));
    }
  }

  /** The server answers requests in order of arrival behind its work: after this, what it had to say has been said. */
  async settled(): Promise<void> {
    await this.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri: 'file:///none.c' },
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [] },
    });
  }

  dispose(): void {
    this.connection.dispose();
  }
}

/** Line and character of the first occurrence of `mark` in a text (behind `after` characters of it). */
export function placeOf(text: string, mark: string, after = 0): { line: number; character: number } {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`no '${mark}' in the text`);
  const before = text.slice(0, at + after);
  return { line: before.split('\n').length - 1, character: at + after - (before.lastIndexOf('\n') + 1) };
}
