// Helpers of the suite inside the extension host: the opened example, and a debug session whose protocol traffic is recorded.
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';

/** Polls until the condition answers something; the limit is there to end a hanging test with a sentence. */
export async function until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** The one file of the opened example that fits a pattern. */
export async function exampleFile(pattern: string): Promise<vscode.Uri> {
  const found = await vscode.workspace.findFiles(`**/${pattern}`);
  assert.ok(found.length > 0, `the example has no ${pattern}`);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))[0];
}

type Event<T extends DebugProtocol.Event> = T['body'];

/** Records what the adapter sends, from before the session starts. */
export class Traffic implements vscode.Disposable {
  readonly messages: DebugProtocol.ProtocolMessage[] = [];
  private readonly registration: vscode.Disposable;
  private seenStops = 0;

  constructor() {
    this.registration = vscode.debug.registerDebugAdapterTrackerFactory('interlock', {
      createDebugAdapterTracker: () => ({ onDidSendMessage: (message: DebugProtocol.ProtocolMessage) => this.messages.push(message) }),
    });
  }

  dispose(): void {
    this.registration.dispose();
  }

  /** The next stop that was not asked for yet. */
  async stopped(): Promise<Event<DebugProtocol.StoppedEvent>> {
    const wanted = this.seenStops++;
    const event = await until(`stop number ${wanted + 1}`, () => this.events('stopped')[wanted]);
    return event.body;
  }

  async ended(): Promise<void> {
    await until('the end of the session', () => this.events('terminated').length > 0 && vscode.debug.activeDebugSession === undefined);
  }

  output(): string {
    return this.events('output')
      .map((event) => event.body.output)
      .join('');
  }

  response(command: string): DebugProtocol.Response | undefined {
    return this.messages.find(
      (m): m is DebugProtocol.Response => m.type === 'response' && (m as DebugProtocol.Response).command === command,
    );
  }

  private events(name: string): DebugProtocol.Event[] {
    return this.messages.filter((m): m is DebugProtocol.Event => m.type === 'event' && (m as DebugProtocol.Event).event === name);
  }
}

/** The session that runs. */
export function session(): Promise<vscode.DebugSession> {
  return until('a debug session', () => vscode.debug.activeDebugSession);
}

/** The stack of a thread, innermost frame first. */
export async function stack(threadId: number | undefined): Promise<DebugProtocol.StackFrame[]> {
  assert.notEqual(threadId, undefined, 'the stop names its thread');
  return (await (await session()).customRequest('stackTrace', { threadId })).stackFrames;
}

/** All variables of a frame's scopes by name. */
export async function variables(frameId: number): Promise<Map<string, DebugProtocol.Variable>> {
  const current = await session();
  const { scopes } = await current.customRequest('scopes', { frameId });
  const found = new Map<string, DebugProtocol.Variable>();
  for (const scope of scopes as DebugProtocol.Scope[]) {
    if (scope.expensive) continue;
    const body = await current.customRequest('variables', { variablesReference: scope.variablesReference });
    for (const variable of body.variables as DebugProtocol.Variable[]) if (!found.has(variable.name)) found.set(variable.name, variable);
  }
  return found;
}

/** Ends whatever still runs and forgets all breakpoints. */
export async function reset(): Promise<void> {
  vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  if (vscode.debug.activeDebugSession) await vscode.debug.stopDebugging();
  await until('no session', () => vscode.debug.activeDebugSession === undefined);
}
