// Launch configurations: what F5 means without a launch.json, and what is put right in one. A newcomer opens a driver's C file or a scenario and
// presses F5; asking for a launch.json first would be the wrong answer.
import * as vscode from 'vscode';
import { chooseProgram, programOf } from './program.js';
import { schedulerIsOpen } from './scheduler-recording.js';

/** Completes a configuration that lacks things, and repairs paths of virtual workspaces. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const resolved: vscode.DebugConfiguration = {
      ...config,
      type: 'interlock',
      request: config.request || 'launch',
      name: config.name || 'Interlock',
      ...(schedulerIsOpen() ? { __followTrace: true } : {}),
    };
    if (resolved.program !== undefined) return resolved;
    const program = await chooseProgram(vscode.window.activeTextEditor?.document.uri);
    return program === undefined ? undefined : { ...resolved, program };
  }

  /**
   * In a virtual workspace `${workspaceFolder}/x` and `${file}` become bare paths: the folder's scheme and authority are put back, or the adapter
   * would ask for a file of a disk that is not there.
   */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration> {
    await showDebugView(config);
    const base = folder?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
    const program: unknown = config.program;
    if (typeof program !== 'string' || !base || base.scheme === 'file' || /^[A-Za-z][A-Za-z0-9+.-]+:/.test(program)) return config;
    return { ...config, program: base.with({ path: `/${program.replace(/\\/g, '/').replace(/^\/+/, '')}` }).toString() };
  }
}

/**
 * Opens the debug view before a session that will stop. The editor would open it at the first stop, but a call stack view that is made then does
 * not unfold the thread that stopped: with many threads (a kernel has them) the newcomer would see no frame at all.
 */
async function showDebugView(config: vscode.DebugConfiguration): Promise<void> {
  const stops = config.stopOnEntry === true || vscode.debug.breakpoints.some((b) => b.enabled);
  const wanted = vscode.workspace.getConfiguration('debug').get('openDebug') !== 'neverOpen';
  if (config.noDebug === true || !stops || !wanted) return;
  await vscode.commands.executeCommand('workbench.view.debug');
  await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
}

/** The scenarios of the workspace, offered in the Run and Debug view without a launch.json. */
export class DynamicConfigurationProvider implements vscode.DebugConfigurationProvider {
  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    const pattern = folder ? new vscode.RelativePattern(folder, '**/*.scenario') : '**/*.scenario';
    const scenarios = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 50);
    return scenarios
      .map((uri) => ({ type: 'interlock', request: 'launch', name: vscode.workspace.asRelativePath(uri), program: programOf(uri) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
