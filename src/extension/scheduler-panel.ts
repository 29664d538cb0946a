// The scheduler panel's side in the extension: one webview beside the editor, the same on the desktop and on the web. It only passes on what the debug
// adapter and the webview say to each other; the recording is kept here (scheduler-recording.ts) so that a webview that went away gets it again.
import * as vscode from 'vscode';
import type { GoToArguments } from '../messages/moment.js';
import type { FromSchedulerPanel, ToSchedulerPanel, TraceBatch } from '../messages/scheduler.js';
import { type Recording, Recordings } from './scheduler-recording.js';

const VIEW_TYPE = 'interlock.scheduler';

/** Registers the command and the panel that comes back after the window was reloaded. */
export function schedulerPanel(context: vscode.ExtensionContext): vscode.Disposable[] {
  const recordings = new Recordings();
  let open: SchedulerPanel | undefined;
  const take = (panel: vscode.WebviewPanel): SchedulerPanel => {
    open = new SchedulerPanel(panel, context.extensionUri, recordings, () => {
      open = undefined;
    });
    return open;
  };
  return [
    recordings,
    vscode.commands.registerCommand('interlock.showScheduler', () => {
      if (open) {
        open.reveal();
        return;
      }
      const editor = vscode.window.activeTextEditor;
      take(vscode.window.createWebviewPanel(VIEW_TYPE, 'Scheduler', vscode.ViewColumn.Beside)).keepGroup(editor);
    }),
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      async deserializeWebviewPanel(panel) {
        if (open) panel.dispose();
        else take(panel);
      },
    }),
  ];
}

const NO_SESSION =
  'Nothing is being debugged. Open a .scenario file or a driver’s .c file and press F5: the run appears here while it goes on. A run that is over ' +
  'can be had again at any time: started again, it does the same.';

class SchedulerPanel {
  private firstReady: (() => void) | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
    private readonly recordings: Recordings,
    closed: () => void,
  ) {
    const folder = vscode.Uri.joinPath(extensionUri, 'dist/webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.webview.onDidReceiveMessage((message: FromSchedulerPanel) => this.receive(message));
    panel.onDidDispose(() => {
      recordings.close();
      closed();
    });
    recordings.open((r, batch) => this.changed(r, batch));
    panel.webview.html = page(panel.webview, folder);
  }

  reveal(): void {
    this.panel.reveal(undefined, true);
  }

  /**
   * Once the panel is there, its group is locked: else the next stop while the panel has the focus would open the source over it. Then the focus goes back
   * to the editor.
   */
  keepGroup(editor: vscode.TextEditor | undefined): void {
    this.firstReady = async () => {
      const group = vscode.window.tabGroups.all.find((g) => g.viewColumn === this.panel.viewColumn);
      if (!this.panel.active || group?.tabs.length !== 1) return;
      await vscode.commands.executeCommand('workbench.action.lockEditorGroup');
      if (editor) await vscode.window.showTextDocument(editor.document, editor.viewColumn);
    };
  }

  private post(message: ToSchedulerPanel): void {
    // a hidden webview does not get it; when it is shown again it is loaded again and asks for all
    void this.panel.webview.postMessage(message);
  }

  private changed(r: Recording, batch?: TraceBatch): void {
    if (batch) {
      this.post({ type: 'batch', recording: r.info.id, batch });
      return;
    }
    this.post({ type: 'recording', recording: r.info });
    if (r.moment) this.post({ type: 'moment', moment: r.moment });
  }

  private sendAll(): void {
    const r = this.recordings.current;
    if (!r) {
      this.post({ type: 'recording', hint: NO_SESSION });
      return;
    }
    this.post({ type: 'recording', recording: r.info });
    for (const batch of r.batches) this.post({ type: 'batch', recording: r.info.id, batch });
    if (r.moment) this.post({ type: 'moment', moment: r.moment });
    if (r.state !== 'ended') void r.fetch();
  }

  private receive(message: FromSchedulerPanel): void {
    switch (message.type) {
      case 'ready':
        this.sendAll();
        this.firstReady?.();
        this.firstReady = undefined;
        break;
      case 'run':
        void vscode.commands.executeCommand('interlock.debugFile');
        break;
      case 'scheduleAt':
        void this.scheduleAt(message.position);
        break;
      case 'goTo':
        void this.goTo(message);
        break;
    }
  }

  private async scheduleAt(position: string): Promise<void> {
    const r = this.recordings.current;
    if (!r) return;
    try {
      this.post({ type: 'schedule', position, answer: await r.scheduleAt(position) });
    } catch (e) {
      this.post({ type: 'schedule', position, error: text(e) });
    }
  }

  private async goTo({ position, threadId }: GoToArguments): Promise<void> {
    const session = this.recordings.current?.session;
    try {
      await session?.customRequest('interlock/goTo', { position, ...(threadId === undefined ? {} : { threadId }) });
    } catch (e) {
      this.post({ type: 'message', text: `The debugger cannot go to that moment: ${text(e)}` });
    }
  }
}

const text = (e: unknown): string => (e instanceof Error ? e.message : String(e));

/** Nothing but files of ours runs or styles the page. */
function page(webview: vscode.Webview, folder: vscode.Uri): string {
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const policy = `default-src 'none'; script-src ${webview.cspSource}; style-src ${webview.cspSource};`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>Scheduler</title>
<link rel="stylesheet" href="${file('scheduler.css')}">
</head>
<body>
<script src="${file('scheduler.js')}"></script>
</body>
</html>`;
}
