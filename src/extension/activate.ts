// What the desktop and the web extension have in common: everything but the way the debug adapter is reached. The client is thin on purpose: a
// simulation never runs on the extension host's own thread, so that the editor stays alive whatever a driver does.
import * as vscode from 'vscode';
import { registerCommands } from './commands.js';
import { ConfigurationProvider, DynamicConfigurationProvider } from './configurations.js';
import { type Explorer, registerExplore } from './explore.js';
import { features } from './features.js';

/** The debug type of package.json's `debuggers`. */
export const debugType = 'interlock';

/** Registers everything; `adapters` starts the debug adapter the way this host can, `explorer` an exploration. */
export function activateWith(context: vscode.ExtensionContext, adapters: vscode.DebugAdapterDescriptorFactory, explorer: Explorer): void {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, adapters),
    vscode.debug.registerDebugConfigurationProvider(debugType, new ConfigurationProvider()),
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      new DynamicConfigurationProvider(),
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    ...registerCommands(),
    ...registerExplore(explorer),
    ...features.flatMap((feature) => feature(context)),
  );
}
