// "Interlock: Explore Other Thread Orders": the scenario of the active editor under other orders of its threads, in a process or worker of its own, with a
// notification that can be cancelled. What was found is told in an output channel; an order that fails is one click from the debugger.
import * as vscode from 'vscode';
import type { ExploreAnswer, ExploreRequest } from '../messages/explore.js';
import { chooseProgram } from './program.js';

/** Runs an exploration the way this host can. Undefined: it was cancelled. */
export type Explorer = (
  request: ExploreRequest,
  onOrders: (orders: number) => void,
  cancel: vscode.CancellationToken,
) => Promise<ExploreAnswer | undefined>;

const SECONDS = 60;
const DEBUG = 'Debug It';
const OPEN = 'Open Schedule';
const DETAILS = 'Details';

export function registerExplore(explorer: Explorer): vscode.Disposable[] {
  const channel = vscode.window.createOutputChannel('Interlock Explore');
  return [
    channel,
    vscode.commands.registerCommand('interlock.explore', async (uri?: vscode.Uri) => {
      const current = uri ?? vscode.window.activeTextEditor?.document.uri;
      const program = await chooseProgram(current && /\.schedule$/i.test(current.path) ? undefined : current);
      if (program !== undefined) await exploreAndTell(explorer, channel, program);
    }),
  ];
}

async function exploreAndTell(explorer: Explorer, channel: vscode.OutputChannel, program: string): Promise<void> {
  const name = program.slice(program.replace(/\\/g, '/').lastIndexOf('/') + 1);
  let answer: ExploreAnswer | undefined;
  try {
    answer = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Exploring thread orders of ${name}`, cancellable: true },
      (progress, cancel) =>
        explorer(
          { program, strategy: 'exhaustive', seconds: SECONDS },
          (orders) => progress.report({ message: `${orders.toLocaleString()} orders` }),
          cancel,
        ),
    );
  } catch (e) {
    void vscode.window.showErrorMessage(`Interlock: the exploration failed: ${e instanceof Error ? e.message : String(e)}`);
    return;
  }
  if (!answer) {
    channel.appendLine(`${name}: cancelled`);
    return;
  }
  for (const line of story(name, answer)) channel.appendLine(line);
  await offer(channel, name, program, answer);
}

function story(name: string, a: ExploreAnswer): string[] {
  if (a.verdict === 'bad-input')
    return (a.errors ?? []).map((e) => `${e.place ? `${e.place.file}:${e.place.line}: ` : `${name}: `}error: ${e.message}`);
  const out = [`${name} (${a.strategy ?? 'exhaustive'}): ${a.summary ?? a.verdict}`];
  if (a.failure) out.push(`  ${a.failure.what}`, `  the order switches between CPUs ${a.failure.switches} times`);
  if (a.file) out.push(`  replay: interlock replay ${a.file}`);
  return out;
}

async function offer(channel: vscode.OutputChannel, name: string, program: string, a: ExploreAnswer): Promise<void> {
  switch (a.verdict) {
    case 'failed': {
      const schedule = await scheduleUri(program, a);
      const chosen = await vscode.window.showWarningMessage(
        `Order found that fails in ${name}: ${a.failure?.what ?? ''}`,
        ...(schedule ? [DEBUG, OPEN] : [DETAILS]),
      );
      if (chosen === DEBUG && schedule) await vscode.commands.executeCommand('interlock.debugFile', schedule);
      else if (chosen === OPEN && schedule) await vscode.window.showTextDocument(schedule);
      else if (chosen === DETAILS) channel.show();
      return;
    }
    case 'held':
      void vscode.window.showInformationMessage(`Interlock: ${name}: ${a.summary ?? 'held'}`);
      return;
    case 'bad-input': {
      const problem = a.errors?.[0]?.message ?? 'it cannot be run';
      if ((await vscode.window.showErrorMessage(`Interlock: ${name} was not explored: ${problem}`, DETAILS)) === DETAILS) channel.show();
      return;
    }
    default:
      if ((await vscode.window.showWarningMessage(`Interlock: ${name}: ${a.summary ?? a.verdict}`, DETAILS)) === DETAILS) channel.show();
  }
}

/** The schedule file: written by the process already, else written now beside the scenario. */
async function scheduleUri(program: string, a: ExploreAnswer): Promise<vscode.Uri | undefined> {
  if (a.file !== undefined) return vscode.Uri.file(a.file);
  if (!a.failure) return undefined;
  const scenario = /^[A-Za-z][A-Za-z0-9+.-]+:/.test(program) ? vscode.Uri.parse(program, true) : vscode.Uri.file(program);
  const uri = scenario.with({ path: scenario.path.replace(/(\.scenario|\.c)?$/i, '.schedule') });
  try {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(a.failure.schedule));
    return uri;
  } catch (e) {
    void vscode.window.showErrorMessage(`Interlock: ${uri.path} cannot be written: ${e instanceof Error ? e.message : String(e)}`);
    return undefined;
  }
}
