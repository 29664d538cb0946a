// The Kernel Inspector: a view container with a tree for each group of the simulated kernel. The adapter answers with nodes; here they are only shown. A tree is read
// again at every stop; what is unfolded stays so, because nodes have the same id at every stop.
import * as vscode from 'vscode';
import type { InspectArguments, InspectNode, InspectResult, InspectSource, SelectThreadArguments } from '../messages/inspector.js';
import { type SessionState, SessionStates } from './session-states.js';

/** View of package.json -> group of the inspector. */
const VIEWS: Readonly<Record<string, string>> = {
  'interlock.processes': 'processes',
  'interlock.cpus': 'cpus',
  'interlock.drivers': 'drivers',
  'interlock.locks': 'locks',
  'interlock.queues': 'queues',
  'interlock.pool': 'pool',
};

class GroupTree implements vscode.TreeDataProvider<InspectNode> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private view: vscode.TreeView<InspectNode> | undefined;

  constructor(
    private readonly group: string,
    private readonly states: SessionStates,
  ) {}

  register(id: string): vscode.Disposable {
    this.view = vscode.window.createTreeView(id, { treeDataProvider: this, showCollapseAll: true });
    this.show(this.states.state);
    return this.view;
  }

  /** While the machine runs the tree stands as it was, and says so. */
  show(state: SessionState): void {
    if (this.view) this.view.message = state === 'running' ? 'The machine is running. Pause it or let it stop to look inside.' : undefined;
    if (state !== 'running') this.changed.fire(undefined);
  }

  async getChildren(node?: InspectNode): Promise<InspectNode[]> {
    const { session, state } = this.states;
    if (!session || state !== 'stopped') return [];
    try {
      const args: InspectArguments = { parent: node?.id ?? this.group };
      return [...((await session.customRequest('interlock/inspect', args)) as InspectResult).nodes];
    } catch {
      return []; // it ran on, or ended, in between: the next stop reads again
    }
  }

  getTreeItem(node: InspectNode): vscode.TreeItem {
    const open = node.hasChildren ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
    const item = new vscode.TreeItem(node.label, open);
    item.id = node.id;
    if (node.description !== undefined) item.description = node.description;
    item.tooltip = node.tooltip ?? node.label;
    if (node.icon) item.iconPath = new vscode.ThemeIcon(node.icon);
    // words that the menus of package.json look for
    item.contextValue = [node.kind, ...(node.source ? ['source'] : []), ...(node.threadId === undefined ? [] : ['selectable'])].join(' ');
    if (node.source && !node.hasChildren)
      item.command = { command: 'interlock.inspector.goToSource', title: 'Go to Source', arguments: [node] };
    return item;
  }
}

/** Paths of the session are paths of the local disk, or URIs as text; other texts are asked from the adapter. */
function sourceUri(source: InspectSource, session: vscode.DebugSession): vscode.Uri {
  if (!source.sourceReference && source.path && /^[a-z][a-z0-9+.-]+:\/\//i.test(source.path)) return vscode.Uri.parse(source.path);
  return vscode.debug.asDebugSourceUri({ ...source }, session);
}

async function goToSource(node: InspectNode | undefined, states: SessionStates): Promise<void> {
  if (!node?.source || !states.session) return;
  const at = new vscode.Position(node.source.line - 1, Math.max(0, node.source.column - 1));
  try {
    await vscode.window.showTextDocument(sourceUri(node.source, states.session), { selection: new vscode.Range(at, at), preview: true });
  } catch {
    void vscode.window.showWarningMessage(`Interlock: ${node.source.name} cannot be opened.`);
  }
}

async function selectThread(node: InspectNode | undefined, states: SessionStates): Promise<void> {
  if (node?.threadId === undefined || !states.session) return;
  const args: SelectThreadArguments = { threadId: node.threadId };
  try {
    await states.session.customRequest('interlock/selectThread', args);
  } catch (e) {
    void vscode.window.showWarningMessage(`Interlock: ${e instanceof Error ? e.message : String(e)}`);
  }
}

export function inspector(): vscode.Disposable[] {
  const states = new SessionStates();
  const trees = Object.entries(VIEWS).map(([id, group]) => ({ id, tree: new GroupTree(group, states) }));
  const refresh = (): void => {
    for (const { tree } of trees) tree.show(states.state);
    void vscode.commands.executeCommand('setContext', 'interlock.hasSession', states.session !== undefined);
  };
  return [
    states,
    ...trees.map(({ id, tree }) => tree.register(id)),
    states.onDidChange(refresh),
    vscode.commands.registerCommand('interlock.inspector.refresh', refresh),
    vscode.commands.registerCommand('interlock.inspector.goToSource', (node?: InspectNode) => goToSource(node, states)),
    vscode.commands.registerCommand('interlock.inspector.selectThread', (node?: InspectNode) => selectThread(node, states)),
  ];
}
