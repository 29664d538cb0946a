// The server: what the editor says goes to the workspace and the work queue, what comes out of an analysis goes to the editor. It knows neither the transport
// (node-main.ts, worker-main.ts) nor the host (host.ts). Whatever the text is, a request is answered and nothing throws out of here.
import {
  CodeActionKind,
  type Connection,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  MarkupKind,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { LanguageOptions } from '../messages/language-server.js';
import { codeActions } from './code-actions.js';
import { driverDiagnostics } from './diagnostics.js';
import { analyseDriver } from './driver-analysis.js';
import { DriverResults } from './driver-results.js';
import type { LanguageHost } from './host.js';
import { documentHover } from './hover-request.js';
import { Publisher } from './publisher.js';
import { scenarioDiagnostics } from './scenario-diagnostics.js';
import { DEFAULT_SETTINGS, readSettings, type Settings } from './settings.js';
import { UnitCache } from './unit-cache.js';
import { pathOfUri } from './uris.js';
import { WorkQueue } from './work-queue.js';
import { Workspace } from './workspace.js';

/** Files that are looked at. C++ is not: the front end reads C. */
const C_FILE = /\.(c|h|inl)$/i;
const SCENARIO_FILE = /\.scenario$/i;

/** Serves a connection; the caller has made it and its host, and calls `listen` afterwards. */
export function serve(connection: Connection, host: LanguageHost): void {
  new Server(connection, host).register();
}

class Server {
  private readonly workspace: Workspace;
  private readonly cache: UnitCache;
  private readonly publisher: Publisher;
  private readonly queue: WorkQueue;
  private readonly documents = new TextDocuments(TextDocument);
  private readonly results = new DriverResults((key) => this.publisher.remove(key));
  /** Open scenarios with the files that their diagnostics come from. */
  private readonly scenarios = new Map<string, ReadonlySet<string>>();
  private settings: Settings = DEFAULT_SETTINGS;
  private versionedEdits = false;

  constructor(
    private readonly connection: Connection,
    host: LanguageHost,
  ) {
    this.workspace = new Workspace(host);
    this.cache = new UnitCache(host.headers);
    this.publisher = new Publisher(this.workspace, (params) => void connection.sendDiagnostics(params));
    this.queue = new WorkQueue(
      (path, cancelled) => this.work(path, cancelled),
      (error) => connection.console.error(`interlock: analysis failed: ${text(error)}`),
    );
  }

  register(): void {
    const { connection, documents } = this;
    connection.onInitialize((params) => this.initialize(params));
    connection.onDidChangeConfiguration((params: { settings: unknown }) => {
      const own = (params.settings as { interlock?: unknown } | null | undefined)?.interlock;
      if (own === undefined) return;
      this.settings = readSettings(own);
      this.queue.add(this.workspace.openPaths);
    });
    connection.onDidChangeWatchedFiles(({ changes }) => {
      const paths = changes.map((c) => pathOfUri(c.uri));
      this.workspace.host.forget(paths.filter((p) => p !== undefined));
      this.queue.add(this.workspace.openPaths);
    });
    documents.onDidOpen(({ document }) => this.withPath(document.uri, (path) => this.workspace.open(path, document)));
    documents.onDidChangeContent(({ document }) => this.withPath(document.uri, (path) => this.changed(path)));
    documents.onDidSave(({ document }) => this.withPath(document.uri, (path) => this.workspace.host.forget([path])));
    documents.onDidClose(({ document }) => this.withPath(document.uri, (path) => this.closed(path)));
    connection.onHover(async ({ textDocument, position }): Promise<Hover | null> => {
      const path = pathOfUri(textDocument.uri);
      const document = this.documents.get(textDocument.uri);
      if (path === undefined || !document) return null;
      const hover = await this.guarded('hover', () =>
        documentHover(path, document.getText(), document.offsetAt(position), this.workspace, this.cache, this.results.of(path)?.driver),
      );
      if (!hover) return null;
      return {
        contents: { kind: MarkupKind.Markdown, value: hover.markdown },
        range: { start: document.positionAt(hover.start), end: document.positionAt(hover.end) },
      };
    });
    connection.onCodeAction(async ({ textDocument, range, context }) => {
      const path = pathOfUri(textDocument.uri);
      if (path === undefined || (context.only && !context.only.some(isQuickFix))) return [];
      // the fixes are edits of the text that was analysed: wait until that is the text of now
      await this.queue.idle();
      const result = this.results.of(path);
      if (!result) return [];
      const made = () => codeActions(path, range, result, this.settings, this.workspace, this.versionedEdits);
      return (await this.guarded('code action', made)) ?? [];
    });
    documents.listen(connection);
  }

  private initialize(params: InitializeParams): InitializeResult {
    const options = params.initializationOptions as Partial<LanguageOptions> | null | undefined;
    this.settings = readSettings(options?.settings);
    if (typeof options?.rulePages === 'string') this.workspace.rulePages = options.rulePages;
    this.versionedEdits = params.capabilities.workspace?.workspaceEdit?.documentChanges === true;
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
        hoverProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      },
      serverInfo: { name: 'interlock' },
    };
  }

  private withPath(uri: string, act: (path: string) => void): void {
    const path = pathOfUri(uri);
    if (path !== undefined && (C_FILE.test(path) || SCENARIO_FILE.test(path))) act(path);
  }

  private changed(path: string): void {
    this.queue.add([path, ...this.readersOf(path)]);
  }

  /** Open documents whose analysis read this file. */
  private readersOf(path: string): string[] {
    return [...this.results.readersOf(path), ...[...this.scenarios].flatMap(([s, read]) => (s !== path && read.has(path) ? [s] : []))];
  }

  private closed(path: string): void {
    this.workspace.close(path);
    this.workspace.host.forget([path]);
    this.queue.remove(path);
    this.results.assign(path, undefined);
    this.scenarios.delete(path);
    this.publisher.remove(path);
    // who reads it reads the saved text from now on
    this.queue.add(this.readersOf(path));
  }

  private async work(path: string, cancelled: () => boolean): Promise<readonly string[] | undefined> {
    const { workspace, publisher, settings, results } = this;
    const document = workspace.document(path);
    if (!document) return [path];
    if (SCENARIO_FILE.test(path)) {
      const { version } = document;
      const found = await scenarioDiagnostics(path, workspace, this.cache, cancelled);
      if (!found) return undefined;
      this.scenarios.set(path, found.read);
      publisher.set(path, new Map([[path, found.diagnostics]]), new Map([[path, version]]));
      return [path];
    }
    const options = settings.enable ? settings.rules : undefined;
    const result = await analyseDriver(path, workspace, this.cache, options, cancelled, (d) => results.byKey(d.key));
    if (result === 'cancelled') return undefined;
    if (result === 'none') {
      results.assign(path, undefined);
      return [path];
    }
    results.assign(path, result);
    publisher.set(result.driver.key, driverDiagnostics(result, settings, workspace), result.versions);
    return results.members(result.driver.key);
  }

  /** A defect of ours must not take the server down with it: it is said in the log, the request is answered with nothing. */
  private async guarded<T>(what: string, act: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      this.connection.console.error(`interlock: ${what} failed: ${text(error)}`);
      return undefined;
    }
  }
}

const isQuickFix = (kind: string): boolean =>
  kind === '' || kind === CodeActionKind.QuickFix || kind.startsWith(`${CodeActionKind.QuickFix}.`);
const text = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
