// The debug adapter in a web worker: passes DAP messages both ways and answers the worker's questions about files from the workspace, which may
// live anywhere (a local folder opened in the browser, a repository on GitHub). One worker for each debug session; it ends with the session.
import * as vscode from 'vscode';
import type { DapMessage, FileResult, FolderEntry, FromAdapterWorker, ToAdapterWorker } from '../messages/adapter-worker.js';

/** A worker that runs dist/adapter.worker.js. `release` frees its script when it has ended. */
export async function newWorker(extensionUri: vscode.Uri): Promise<{ readonly worker: Worker; release(): void }> {
  // `new Worker(url)` works only where the extension comes over http(s); a Blob URL works in every web host.
  const script = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'dist/adapter.worker.js'));
  const url = URL.createObjectURL(new Blob([script.slice()], { type: 'application/javascript' }));
  return { worker: new Worker(url), release: () => URL.revokeObjectURL(url) };
}

/** Starts a worker and answers what VS Code needs to talk to it. */
export async function startWorkerAdapter(extensionUri: vscode.Uri): Promise<vscode.DebugAdapterDescriptor> {
  const { worker, release } = await newWorker(extensionUri);
  return new vscode.DebugAdapterInlineImplementation(new WorkerAdapter(worker, release));
}

class WorkerAdapter implements vscode.DebugAdapter {
  private readonly sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.sent.event;
  private lastSeq = 0;

  constructor(
    private readonly worker: Worker,
    private readonly release: () => void,
  ) {
    worker.onmessage = (event: MessageEvent<FromAdapterWorker>) => void this.receive(event.data);
    worker.onerror = (event) => this.fail(event.message);
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.post({ type: 'dap', message: message as DapMessage });
  }

  dispose(): void {
    this.worker.terminate();
    this.release();
    this.sent.dispose();
  }

  private post(message: ToAdapterWorker): void {
    this.worker.postMessage(message);
  }

  private async receive(message: FromAdapterWorker): Promise<void> {
    if (message.type === 'dap') {
      this.lastSeq = message.message.seq;
      this.sent.fire(message.message as vscode.DebugProtocolMessage);
    } else if (message.type === 'readFile' || message.type === 'listFiles') {
      this.post(await answerFileRequest(message));
    }
  }

  /** The worker threw outside any request: say so and end the session, or the editor would wait for ever. */
  private fail(reason: string): void {
    const event = (name: string, body: object) => {
      this.sent.fire({ seq: ++this.lastSeq, type: 'event', event: name, body } as vscode.DebugProtocolMessage);
    };
    event('output', { category: 'stderr', output: `The debug adapter failed: ${reason}\n` });
    event('terminated', {});
  }
}

export async function answerFileRequest(request: Extract<FromAdapterWorker, { type: 'readFile' | 'listFiles' }>): Promise<FileResult> {
  const { id } = request;
  try {
    const uri = /^[A-Za-z][A-Za-z0-9+.-]+:/.test(request.uri) ? vscode.Uri.parse(request.uri, true) : vscode.Uri.file(request.uri);
    if (request.type === 'readFile') {
      return { type: 'fileResult', id, text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)) };
    }
    const entries = await vscode.workspace.fs.readDirectory(uri);
    return { type: 'fileResult', id, entries: entries.map(folderEntry) };
  } catch (error) {
    return { type: 'fileResult', id, error: error instanceof Error ? error.message : String(error) };
  }
}

function folderEntry([name, type]: [string, vscode.FileType]): FolderEntry {
  return { name, kind: type & vscode.FileType.Directory ? 'folder' : 'file' };
}
