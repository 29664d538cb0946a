// The client of the language server. It starts with the first C or scenario file that is opened, as a process of its own on the desktop and as a worker on the
// web (the two entry points say how), and is started again when it dies. What it shows is up to the server; this side adds what only the editor knows: settings,
// whether another C language server is at work, and files.
import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import type { FileParams, LanguageOptions, LanguageRequests, LanguageSettings } from '../messages/language-server.js';

/** Makes a client for this host; `crashed` is to be called when the server has ended by itself and answers whether to start it again. */
export type CreateClient = (options: LanguageClientOptions, crashed: () => boolean) => Promise<BaseLanguageClient>;

/** So many ends in so many milliseconds, and it is not started again by itself. */
const MAX_CRASHES = 4;
const CRASH_WINDOW = 180_000;

const RESTART = 'interlock.restartLanguageServer';

export function registerLanguageClient(context: vscode.ExtensionContext, create: CreateClient): vscode.Disposable[] {
  const server = new Server(context, create);
  const look = (d: vscode.TextDocument) => {
    if (isOurs(d)) void server.start();
  };
  vscode.workspace.textDocuments.forEach(look);
  return [
    server,
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (['interlock', 'C_Cpp', 'clangd'].some((s) => e.affectsConfiguration(s))) server.sendSettings();
    }),
    vscode.extensions.onDidChange(() => server.sendSettings()),
    vscode.commands.registerCommand(RESTART, () => server.restart()),
  ];
}

const isOurs = (d: vscode.TextDocument): boolean => d.languageId === 'c' || d.languageId === 'interlock-scenario';

class Server implements vscode.Disposable {
  private client: Promise<BaseLanguageClient | undefined> | undefined;
  private readonly crashes: number[] = [];
  private readonly watcher = vscode.workspace.createFileSystemWatcher('**/*.{c,h,inl,vcxproj,scenario}');

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly create: CreateClient,
  ) {}

  start(): Promise<BaseLanguageClient | undefined> {
    return (this.client ??= this.begin());
  }

  async restart(): Promise<void> {
    await this.stop();
    this.crashes.length = 0;
    await this.start();
  }

  dispose(): Promise<void> {
    this.watcher.dispose();
    return this.stop();
  }

  private async stop(): Promise<void> {
    const client = await this.client;
    this.client = undefined;
    await client?.dispose().catch(() => {}); // it may be dead already
  }

  sendSettings(): void {
    void this.client?.then((c) => c?.sendNotification('workspace/didChangeConfiguration', { settings: { interlock: settings() } }));
  }

  private async begin(): Promise<BaseLanguageClient | undefined> {
    try {
      const client = await this.create(this.options(), () => this.crashed());
      client.onRequest('interlock/readFile' satisfies keyof LanguageRequests, readFile);
      client.onRequest('interlock/listFiles' satisfies keyof LanguageRequests, listFiles);
      await client.start();
      return client;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void this.offerRestart(`Interlock's language server could not be started: ${reason}`);
      return undefined;
    }
  }

  private options(): LanguageClientOptions {
    const pages = vscode.Uri.joinPath(this.context.extensionUri, 'docs/rules').toString();
    return {
      documentSelector: [{ language: 'c' }, { language: 'cpp', pattern: '**/*.{h,inl}' }, { language: 'interlock-scenario' }],
      diagnosticCollectionName: 'interlock',
      outputChannelName: 'Interlock Language Server',
      synchronize: { fileEvents: this.watcher },
      initializationOptions: () => ({ settings: settings(), rulePages: pages }) satisfies LanguageOptions,
    };
  }

  /** The server ended by itself. Says so, and whether it is started again. */
  private crashed(): boolean {
    const now = Date.now();
    this.crashes.push(now);
    const recent = this.crashes.filter((t) => now - t < CRASH_WINDOW).length;
    if (recent > MAX_CRASHES) {
      void this.offerRestart(`Interlock's language server ended ${recent} times in three minutes and is not started again.`);
      return false;
    }
    void vscode.window.showWarningMessage("Interlock's language server ended unexpectedly and was started again.");
    return true;
  }

  private async offerRestart(message: string): Promise<void> {
    const again = 'Start Again';
    if ((await vscode.window.showErrorMessage(message, again)) === again) await this.restart();
  }
}

/** Settings as the server reads them. */
function settings(): LanguageSettings {
  const c = vscode.workspace.getConfiguration('interlock');
  const sections = Object.fromEntries(['diagnostics', 'cDiagnostics', 'stackUse', 'tooLong'].map((s) => [s, c.get(s)]));
  // the editor hands out proxies, which cannot be posted to a worker
  return { ...(JSON.parse(JSON.stringify(sections)) as Record<string, unknown>), otherCServer: otherCServer() };
}

/** Whether clangd or cpptools shows C errors in this window. */
function otherCServer(): boolean {
  const clangd = vscode.extensions.getExtension('llvm-vs-code-extensions.vscode-clangd');
  if (clangd && vscode.workspace.getConfiguration('clangd').get('enable') !== false) return true;
  if (!vscode.extensions.getExtension('ms-vscode.cpptools')) return false;
  const c = vscode.workspace.getConfiguration('C_Cpp');
  return String(c.get('intelliSenseEngine')).toLowerCase() !== 'disabled' && String(c.get('errorSquiggles')).toLowerCase() !== 'disabled';
}

// Files for a server without a file system.
async function readFile({ uri }: FileParams): Promise<LanguageRequests['interlock/readFile']> {
  try {
    return { text: new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(uri, true))) };
  } catch {
    return {};
  }
}

async function listFiles({ uri }: FileParams): Promise<LanguageRequests['interlock/listFiles']> {
  try {
    return { names: (await vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri, true))).map(([name]) => name) };
  } catch {
    return {};
  }
}
