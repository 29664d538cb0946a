// A run has stopped at a call of a routine that is not simulated: the stub that lets the scenario answer is one click away. The statement is put into the scenario
// and selected, not saved: the value is the user's choice, and the next F5 saves.
import * as vscode from 'vscode';
import type { NotSimulatedEvent } from '../messages/not-simulated.js';

const EVENT = 'interlock/notSimulated';
const ADD = 'Add Stub to Scenario';
const CONSOLE = 'Show Debug Console';

export function registerNotSimulated(): vscode.Disposable[] {
  /** Names that a session has asked about: looking at the same stop again asks nothing. */
  const asked = new Map<string, Set<string>>();
  return [
    vscode.debug.onDidTerminateDebugSession((session) => void asked.delete(session.id)),
    vscode.debug.onDidReceiveDebugSessionCustomEvent((e) => {
      if (e.event !== EVENT) return;
      const event = e.body as NotSimulatedEvent;
      const names = asked.get(e.session.id) ?? new Set();
      if (names.has(event.name)) return;
      asked.set(e.session.id, names.add(event.name));
      void ask(event);
    }),
  ];
}

async function ask(event: NotSimulatedEvent): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(
    `Interlock: ${event.name} is declared but not simulated, so the run stops at this call. A stub or a model in the scenario can answer for it.`,
    ...(event.stub ? [ADD] : []),
    CONSOLE,
  );
  if (chosen === CONSOLE) await vscode.commands.executeCommand('workbench.debug.action.focusRepl');
  if (chosen === ADD && event.stub) await insert(event.stub);
}

async function insert(stub: NonNullable<NotSimulatedEvent['stub']>): Promise<void> {
  const uri = /^[a-z][a-z0-9+.-]+:\/\//i.test(stub.scenario) ? vscode.Uri.parse(stub.scenario) : vscode.Uri.file(stub.scenario);
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    const at = new vscode.Position(Math.min(stub.line, document.lineCount), 0);
    await editor.edit((edit) => edit.insert(at, `${stub.statement}\n`));
    const end = at.translate(0, stub.statement.length);
    editor.selection = new vscode.Selection(at, end);
    editor.revealRange(new vscode.Range(at, end), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  } catch {
    void vscode.window.showWarningMessage(`Interlock: ${stub.scenario} cannot be changed. Write there: ${stub.statement}`);
  }
}
