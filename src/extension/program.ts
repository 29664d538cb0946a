// Which program a file stands for. A scenario stands for itself. A C or header file stands for the scenarios that lie beside it or in a folder
// above it (up to the workspace folder), because they say how the driver is to be exercised; a C file with none of these runs with the default
// scenario that the debug adapter makes up.
import * as vscode from 'vscode';

/** The scenario last chosen for a file in this window, so that the next F5 offers it first. */
const lastChoice = new Map<string, string>();

/** A URI as the `program` of a launch request: a path on the local disk, else the URI itself. */
export function programOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}

/** The program for the file in the editor, asking when several fit; undefined when there is none (said) or the user changed their mind. */
export async function chooseProgram(uri: vscode.Uri | undefined): Promise<string | undefined> {
  if (uri && isScenario(uri)) return programOf(uri);
  if (uri && isSource(uri)) {
    const near = await scenariosAround(uri);
    if (near.length === 0) return isCFile(uri) ? programOf(uri) : complain();
    return near.length === 1 ? programOf(near[0]) : pick(near, uri);
  }
  const all = await vscode.workspace.findFiles('**/*.scenario', '**/node_modules/**', 50);
  if (all.length === 0) return complain();
  return all.length === 1 ? programOf(all[0]) : pick(all.sort(byPath), undefined);
}

const isScenario = (uri: vscode.Uri): boolean => /\.(scenario|schedule)$/i.test(uri.path);
const isSource = (uri: vscode.Uri): boolean => /\.[ch]$/i.test(uri.path);
export const isCFile = (uri: vscode.Uri): boolean => /\.c$/i.test(uri.path);
const byPath = (a: vscode.Uri, b: vscode.Uri): number => (a.path < b.path ? -1 : 1);

/** The scenarios in the nearest folder, from the file's own up to the workspace folder's, that has any. */
async function scenariosAround(file: vscode.Uri): Promise<vscode.Uri[]> {
  const top = vscode.workspace.getWorkspaceFolder(file)?.uri.path;
  for (let folder = vscode.Uri.joinPath(file, '..'); ; folder = vscode.Uri.joinPath(folder, '..')) {
    const entries = await Promise.resolve(vscode.workspace.fs.readDirectory(folder)).catch(() => []);
    const found = entries.filter(([name]) => name.toLowerCase().endsWith('.scenario')).map(([name]) => vscode.Uri.joinPath(folder, name));
    if (found.length > 0) return found.sort(byPath);
    if (top === undefined || folder.path.length <= top.length) return [];
  }
}

async function pick(scenarios: vscode.Uri[], source: vscode.Uri | undefined): Promise<string | undefined> {
  const key = source?.toString() ?? '';
  const items = scenarios.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), program: programOf(uri) }));
  if (source && isCFile(source)) items.push({ label: '$(file-code) Default scenario for this C file', program: programOf(source) });
  const last = lastChoice.get(key);
  items.sort((a, b) => Number(b.program === last) - Number(a.program === last));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which scenario should run?' });
  if (chosen) lastChoice.set(key, chosen.program);
  return chosen?.program;
}

function complain(): undefined {
  void vscode.window.showErrorMessage(
    'Interlock: nothing to run. Open a .scenario file or a driver\'s .c file and press F5, or name one as "program" in launch.json.',
  );
  return undefined;
}
