// Which session the inspector looks into, and whether its machine stands: learnt from the traffic between editor and adapter, for which the API has no event.
import * as vscode from 'vscode';

export type SessionState = 'none' | 'running' | 'stopped';

/** Requests after whose success the machine runs. */
const RUNNERS = new Set(['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue', 'goto']);

interface Message {
  readonly type?: string;
  readonly event?: string;
  readonly command?: string;
  readonly success?: boolean;
  readonly body?: { readonly state?: string };
}

export class SessionStates implements vscode.Disposable {
  private readonly states = new Map<vscode.DebugSession, SessionState>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** The session in focus changed, stopped, ran on or ended. */
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor() {
    this.disposables = [
      this.changed,
      vscode.debug.registerDebugAdapterTrackerFactory('interlock', {
        createDebugAdapterTracker: (session) => ({
          onDidSendMessage: (message: unknown) => this.see(session, message as Message),
          onExit: () => this.set(session, 'none'),
        }),
      }),
      vscode.debug.onDidStartDebugSession((s) => {
        if (s.type === 'interlock' && !this.states.has(s)) this.set(s, 'running');
      }),
      vscode.debug.onDidTerminateDebugSession((s) => this.set(s, 'none')),
      vscode.debug.onDidChangeActiveDebugSession(() => this.changed.fire()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** The session in focus when it is one of ours, else the latest of ours. */
  get session(): vscode.DebugSession | undefined {
    const active = vscode.debug.activeDebugSession;
    return active && this.states.has(active) ? active : [...this.states.keys()].pop();
  }
  get state(): SessionState {
    const { session } = this;
    return session ? (this.states.get(session) ?? 'none') : 'none';
  }

  private see(session: vscode.DebugSession, message: Message): void {
    if (message.type === 'event') {
      if (message.event === 'stopped') this.set(session, 'stopped', true);
      else if (message.event === 'continued') this.set(session, 'running');
      else if (message.event === 'terminated') this.set(session, 'none');
      else if (message.event === 'interlock/moment' && message.body?.state === 'running') this.set(session, 'running');
    } else if (message.type === 'response' && message.success && RUNNERS.has(message.command ?? '')) this.set(session, 'running');
  }

  /** `again`: tell it although the word is the same (a stop after a stop is another moment). */
  private set(session: vscode.DebugSession, state: SessionState, again = false): void {
    if (this.states.get(session) === state && !again) return;
    if (state !== 'none') this.states.set(session, state);
    else if (!this.states.delete(session)) return;
    this.changed.fire();
  }
}
