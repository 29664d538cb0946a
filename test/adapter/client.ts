// A DAP client for tests: speaks to an adapter over any pair of streams (in-memory, a child process, a socket), answers requests as promises and lets a test wait for
// events in order. It keeps the traffic, from which the golden tests are made.
import { type ChildProcess, spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { InterlockAdapter } from '../../src/adapter/adapter.js';
import { nodeHost } from '../../src/cli/dap.js';
import { DiskFiles } from '../../src/cli/disk-files.js';
import { program } from '../cli/run-cli.js';

export const root = path.resolve(import.meta.dirname, '../..');
export const example = (relative: string): string => path.join(root, 'examples', relative);
export const fixture = (relative: string): string => path.join(root, 'test/fixtures', relative);

type Message = DebugProtocol.ProtocolMessage;
const HANG_MS = 60_000;

export class DapError extends Error {}

export class Client {
  readonly messages: Message[] = [];
  private seq = 0;
  private readonly pending = new Map<number, (r: DebugProtocol.Response) => void>();
  private readonly waiting: { event: string; done: (e: DebugProtocol.Event) => void }[] = [];
  /** Events nobody asked for yet. */
  private unread: DebugProtocol.Event[] = [];
  private data = Buffer.alloc(0);

  private constructor(
    private readonly output: NodeJS.WritableStream,
    input: NodeJS.ReadableStream,
    private readonly release: () => void,
  ) {
    input.on('data', (chunk: Buffer) => this.receive(chunk));
  }

  /** An adapter in this process. */
  static inMemory(): Client {
    const toAdapter = new PassThrough();
    const fromAdapter = new PassThrough();
    const adapter = new InterlockAdapter(nodeHost(new DiskFiles()));
    adapter.setRunAsServer(true);
    adapter.start(toAdapter, fromAdapter);
    return new Client(toAdapter, fromAdapter, () => {
      toAdapter.end();
      fromAdapter.end();
    });
  }

  /** The adapter as VS Code starts it: a process with DAP on its standard streams. */
  static process(): { client: Client; child: ChildProcess } {
    const child = spawn(process.execPath, [...program, 'dap'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: root,
    });
    return { client: new Client(child.stdin, child.stdout, () => child.kill()), child };
  }

  static async port(port: number): Promise<Client> {
    const socket = net.connect(port, '127.0.0.1');
    await new Promise<void>((done, failed) => {
      socket.once('connect', done);
      socket.once('error', failed);
    });
    return new Client(socket, socket, () => socket.destroy());
  }

  close(): void {
    this.release();
  }

  private receive(chunk: Buffer): void {
    this.data = Buffer.concat([this.data, chunk]);
    for (;;) {
      const end = this.data.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.data.toString('latin1', 0, end))?.[1]);
      if (this.data.length < end + 4 + length) return;
      const message = JSON.parse(this.data.toString('utf8', end + 4, end + 4 + length)) as Message;
      this.data = this.data.subarray(end + 4 + length);
      this.messages.push(message);
      this.dispatch(message);
    }
  }

  private dispatch(message: Message): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      this.pending.get(response.request_seq)?.(response);
      this.pending.delete(response.request_seq);
      return;
    }
    const event = message as DebugProtocol.Event;
    const at = this.waiting.findIndex((w) => w.event === event.event);
    if (at < 0) this.unread.push(event);
    else this.waiting.splice(at, 1)[0].done(event);
  }

  /** Sends a request; the response may say that it failed. */
  raw(command: string, args?: object): Promise<DebugProtocol.Response> {
    const request = { seq: ++this.seq, type: 'request', command, ...(args ? { arguments: args } : {}) };
    this.messages.push(request);
    const json = JSON.stringify(request);
    return limited(
      `the answer to ${command}`,
      new Promise((done) => {
        this.pending.set(request.seq, done);
        this.output.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
      }),
    );
  }

  /** Sends a request and answers its body; throws what a failed response says. */
  async request<T = Record<string, unknown>>(command: string, args?: object): Promise<T> {
    const r = await this.raw(command, args);
    if (!r.success) throw new DapError(r.message ?? `${command} failed`);
    return r.body as T;
  }

  /** The next event of a kind that was not taken yet. */
  event<T extends DebugProtocol.Event = DebugProtocol.Event>(name: T['event'] & string): Promise<T> {
    const at = this.unread.findIndex((e) => e.event === name);
    if (at >= 0) return Promise.resolve(this.unread.splice(at, 1)[0] as T);
    return limited(`event ${name}`, new Promise<T>((done) => this.waiting.push({ event: name, done: (e) => done(e as T) })));
  }
  async stopped(): Promise<DebugProtocol.StoppedEvent['body']> {
    return (await this.event<DebugProtocol.StoppedEvent>('stopped')).body;
  }
  forgetEvents(): void {
    this.unread = [];
  }
  /** All output so far. */
  outputText(): string {
    return this.messages
      .filter((m): m is DebugProtocol.OutputEvent => m.type === 'event' && (m as DebugProtocol.Event).event === 'output')
      .map((e) => e.body.output)
      .join('');
  }

  initialize(): Promise<DebugProtocol.Capabilities> {
    return this.request('initialize', {
      clientID: 'test',
      adapterID: 'interlock',
      linesStartAt1: true,
      columnsStartAt1: true,
      pathFormat: 'path',
    });
  }

  /** initialize, launch, breakpoints, configurationDone as VS Code does them. Answers what setBreakpoints answered, by file. */
  async launch(
    args: object,
    breakpoints: Record<string, DebugProtocol.SourceBreakpoint[]> = {},
    filters = ['bugcheck'],
  ): Promise<Record<string, DebugProtocol.Breakpoint[]>> {
    await this.initialize();
    return this.launchAgain(args, breakpoints, filters);
  }
  async launchAgain(
    args: object,
    breakpoints: Record<string, DebugProtocol.SourceBreakpoint[]> = {},
    filters = ['bugcheck'],
  ): Promise<Record<string, DebugProtocol.Breakpoint[]>> {
    const launched = this.request('launch', args);
    await Promise.race([this.event('initialized'), launched]);
    const out: Record<string, DebugProtocol.Breakpoint[]> = {};
    for (const [file, list] of Object.entries(breakpoints)) out[file] = await this.setBreakpoints(file, list);
    await this.request('setExceptionBreakpoints', { filters });
    await this.request('configurationDone');
    await launched;
    return out;
  }

  async setBreakpoints(file: string, breakpoints: DebugProtocol.SourceBreakpoint[]): Promise<DebugProtocol.Breakpoint[]> {
    const body = await this.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', {
      source: { path: file },
      breakpoints,
    });
    return body.breakpoints;
  }
  async stack(threadId: number): Promise<DebugProtocol.StackFrame[]> {
    return (await this.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId })).stackFrames;
  }
  async scopes(frameId: number): Promise<DebugProtocol.Scope[]> {
    return (await this.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId })).scopes;
  }
  async variables(variablesReference: number): Promise<DebugProtocol.Variable[]> {
    return (await this.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference })).variables;
  }
  /** Variables of a named scope of a frame. */
  async scope(frameId: number, name: string): Promise<DebugProtocol.Variable[]> {
    const scope = (await this.scopes(frameId)).find((s) => s.name === name);
    if (!scope) throw new Error(`no scope ${name}`);
    return this.variables(scope.variablesReference);
  }
  async evaluate(expression: string, frameId?: number, context = 'hover'): Promise<string> {
    return (await this.request<{ result: string }>('evaluate', { expression, context, ...(frameId ? { frameId } : {}) })).result;
  }
  /** Runs a stepping command and answers the top frame of the stop. */
  async step(
    command: 'next' | 'stepIn' | 'stepOut' | 'continue' | 'stepBack' | 'reverseContinue',
    threadId: number,
  ): Promise<{ stop: DebugProtocol.StoppedEvent['body']; frame: DebugProtocol.StackFrame }> {
    await this.request(command, { threadId });
    const stop = await this.stopped();
    return { stop, frame: (await this.stack(stop.threadId ?? threadId))[0] };
  }
}

function limited<T>(what: string, promise: Promise<T>): Promise<T> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`waited in vain for ${what}`)), HANG_MS);
    promise.then(
      (v) => {
        clearTimeout(timer);
        done(v);
      },
      (e) => {
        clearTimeout(timer);
        failed(e);
      },
    );
  });
}
