// The commands of package.json: the same as F5, from the editor's title, the explorer or the palette.
import * as vscode from 'vscode';
import { chooseProgram, isCFile, programOf } from './program.js';

/** Registers all commands. */
export function registerCommands(): vscode.Disposable[] {
  const current = (uri: vscode.Uri | undefined) => uri ?? vscode.window.activeTextEditor?.document.uri;
  return [
    vscode.commands.registerCommand('interlock.debugFile', async (uri?: vscode.Uri) => start(await chooseProgram(current(uri)), false)),
    vscode.commands.registerCommand('interlock.runFile', async (uri?: vscode.Uri) => start(await chooseProgram(current(uri)), true)),
    vscode.commands.registerCommand('interlock.debugWithDefaultScenario', async (uri?: vscode.Uri) => {
      const file = current(uri);
      if (file && isCFile(file)) return start(programOf(file), false);
      void vscode.window.showErrorMessage("Interlock: open a driver's .c file first.");
      return false;
    }),
  ];
}

async function start(program: string | undefined, noDebug: boolean): Promise<boolean> {
  if (program === undefined) return false;
  const name = program.slice(program.replace(/\\/g, '/').lastIndexOf('/') + 1);
  const folder = vscode.workspace.workspaceFolders?.[0];
  return vscode.debug.startDebugging(folder, { type: 'interlock', request: 'launch', name, program }, { noDebug });
}
