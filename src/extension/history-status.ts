// The past is visible: while a session of ours stands before the furthest point of its run, a status bar item says where, the current line is marked as one of the
// past, and commands go back to the present or to another moment.
import * as vscode from 'vscode';
import type { GoToArguments, MomentEvent } from '../messages/moment.js';

const MOMENT = 'interlock/moment';
const GO_TO = 'interlock/goTo';
const POSITION = /^\s*(?:0x)?[0-9a-f]{1,13}(?::[0-9a-f]{1,8})?\s*$/i;

export function registerHistoryStatus(): vscode.Disposable[] {
  const view = new HistoryStatus();
  return [
    view,
    vscode.debug.onDidReceiveDebugSessionCustomEvent((e) => {
      if (e.event === MOMENT) view.moved(e.session, e.body as MomentEvent);
    }),
    vscode.debug.onDidTerminateDebugSession((session) => view.ended(session)),
    vscode.debug.onDidChangeActiveDebugSession(() => view.show()),
    vscode.debug.onDidChangeActiveStackItem(() => view.show()),
    vscode.window.onDidChangeVisibleTextEditors(() => view.show()),
    vscode.commands.registerCommand('interlock.returnToPresent', () => view.goTo('present')),
    vscode.commands.registerCommand('interlock.goToMoment', () => view.askMoment()),
  ];
}

class HistoryStatus implements vscode.Disposable {
  private readonly moments = new Map<string, MomentEvent>();
  private readonly item = vscode.window.createStatusBarItem('interlock.moment', vscode.StatusBarAlignment.Left, 100);
  private readonly line = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('interlock.pastLineBackground'),
    overviewRulerColor: new vscode.ThemeColor('statusBarItem.warningBackground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
    after: { contentText: 'in the past', margin: '0 0 0 3em', color: new vscode.ThemeColor('editorCodeLens.foreground') },
  });
  /** Counts what was asked for, so that an answer that comes late marks nothing. */
  private asked = 0;

  constructor() {
    this.item.name = 'Interlock: Moment of the Run';
    this.item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.item.command = 'interlock.returnToPresent';
  }

  dispose(): void {
    this.item.dispose();
    this.line.dispose();
  }

  moved(session: vscode.DebugSession, moment: MomentEvent): void {
    if (moment.state === 'ended') this.moments.delete(session.id);
    else this.moments.set(session.id, moment);
    this.show();
  }
  ended(session: vscode.DebugSession): void {
    this.moments.delete(session.id);
    this.show();
  }

  /** Brings item, mark and context key up to date. */
  show(): void {
    const session = this.session();
    const moment = session && this.moments.get(session.id);
    const past = moment?.inPast === true;
    void vscode.commands.executeCommand('setContext', 'interlock.inPast', past);
    if (moment && past) {
      const where = `${formatTime(moment.timeNs)}, ${moment.position}`;
      this.item.text = `$(history) in the past: ${where}`;
      this.item.tooltip = `The debugger shows the moment ${where}. The run has come to ${moment.present}. Click to return to the present.`;
      this.item.accessibilityInformation = { label: `In the past: ${where}. Return to the present.`, role: 'button' };
      this.item.show();
    } else this.item.hide();
    void this.mark(past && moment.state === 'stopped' ? session : undefined, moment?.threadId ?? 0);
  }

  /** Marks the line of the frame in focus, or of the thread that stopped. */
  private async mark(session: vscode.DebugSession | undefined, stoppedThread: number): Promise<void> {
    const asked = ++this.asked;
    const place = session && (await topFrame(session, stoppedThread));
    if (asked !== this.asked) return;
    for (const editor of vscode.window.visibleTextEditors) {
      const here = place && key(editor.document.uri.path) === key(place.path) && place.line < editor.document.lineCount;
      editor.setDecorations(this.line, here ? [editor.document.lineAt(place.line).range] : []);
    }
  }

  /** The session in focus if it is one of ours. */
  private session(): vscode.DebugSession | undefined {
    const session = vscode.debug.activeDebugSession;
    return session?.type === 'interlock' ? session : undefined;
  }

  async goTo(position: GoToArguments['position']): Promise<void> {
    const session = this.session();
    if (!session) {
      void vscode.window.showInformationMessage('Interlock: start debugging first.');
      return;
    }
    try {
      const args: GoToArguments = { position };
      await session.customRequest(GO_TO, args);
    } catch (error) {
      void vscode.window.showErrorMessage(`Interlock: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async askMoment(): Promise<void> {
    const session = this.session();
    const moment = session && this.moments.get(session.id);
    const text = await vscode.window.showInputBox({
      title: 'Go to Moment',
      prompt: 'Position in the run, such as 1A3:7 (hexadecimal), or "present"',
      ...(moment ? { value: moment.position } : {}),
      validateInput: (t) => (t.trim() === 'present' || POSITION.test(t) ? undefined : 'Give a position such as 1A3:7, or "present".'),
    });
    if (text !== undefined) await this.goTo(text.trim());
  }
}

/** Path of a URI in the form in which two can be compared: VS Code writes a Windows drive in two ways. */
const key = (path: string): string => vscode.Uri.file(path).toString();

/** Where the thread stands: path of the file's URI and line (from 0) of its innermost frame that has a file of the workspace. */
async function topFrame(session: vscode.DebugSession, stoppedThread: number): Promise<{ path: string; line: number } | undefined> {
  const focus = vscode.debug.activeStackItem;
  const threadId = focus?.session.id === session.id ? focus.threadId : stoppedThread;
  try {
    // VS Code makes a URI of the adapter's path in passing
    const answer = (await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 20 })) as {
      stackFrames: { line: number; source?: { path?: string | vscode.Uri; sourceReference?: number } }[];
    };
    const frame = answer.stackFrames.find((f) => f.source?.path !== undefined && !f.source.sourceReference);
    const path = frame?.source?.path;
    if (!frame || path === undefined) return undefined;
    const uri = typeof path !== 'string' ? path : /^[A-Za-z][A-Za-z0-9+.-]+:/.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path);
    return { path: uri.path, line: Math.max(0, frame.line - 1) };
  } catch {
    return undefined; // the session has ended meanwhile
  }
}

function formatTime(ns: number): string {
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(3)} us`;
  return ns < 1e9 ? `${(ns / 1e6).toFixed(3)} ms` : `${(ns / 1e9).toFixed(3)} s`;
}
