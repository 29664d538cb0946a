// How long a user waits after a keystroke: from didChange to the diagnostics of that version, over the real transport of `npm run build`'s
// `dist/interlock.js lsp`, in a generated driver of 2,000 lines. Pauses of the server are in the figure. Where a clangd is installed it does the same with the
// same driver and the same headers in the same run.  Usage: tsx test/bench/language.ts [lines] [edits]
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createProtocolConnection, type ProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { isSalWord } from '../../src/c/sal.js';
import { generateDriver } from './driver-generator.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** As the extension starts it (src/extension/language-node.ts). */
const OWN = ['--max-semi-space-size=32', path.join(root, 'dist/interlock.js'), 'lsp'];
const wdk = path.join(root, 'src/wdk');
const LINES = Number(process.argv[2] ?? 2000);
const EDITS = Number(process.argv[3] ?? 100);
/** Edits before the measurement: a server that has just started is still being compiled. */
const WARM_UP = 25;

interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly unknown[];
}

class Peer {
  private readonly child: ChildProcess;
  private readonly connection: ProtocolConnection;
  private waiting: ((p: Published) => void)[] = [];
  private version = 1;

  constructor(
    command: string,
    args: readonly string[],
    folder: string,
    private readonly uri: string,
    private text: string,
  ) {
    this.child = spawn(command, args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    this.connection = createProtocolConnection(new StreamMessageReader(this.child.stdout!), new StreamMessageWriter(this.child.stdin!));
    this.connection.onNotification('textDocument/publishDiagnostics', (p: Published) => {
      if (p.uri === this.uri) for (const w of this.waiting.splice(0)) w(p);
    });
    this.connection.listen();
  }

  /** Opens the driver; milliseconds from the process's start to its first diagnostics. */
  async open(): Promise<{ ms: number; diagnostics: number }> {
    const from = performance.now();
    await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { textDocument: { publishDiagnostics: { versionSupport: true, relatedInformation: true } } },
    });
    await this.connection.sendNotification('initialized', {});
    const answer = this.answer(1);
    const textDocument = { uri: this.uri, languageId: 'c', version: 1, text: this.text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
    const { diagnostics } = await answer;
    return { ms: performance.now() - from, diagnostics: diagnostics.length };
  }

  /** Inserts or removes a statement on a line and waits for the diagnostics of that version. */
  async edit(line: number, k: number): Promise<number> {
    const statement = 'g_Watch.Limit++; ';
    const start = { line, character: 0 };
    const end = { line, character: k % 2 ? statement.length : 0 };
    const version = ++this.version;
    const answer = this.answer(version);
    const from = performance.now();
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri, version },
      contentChanges: [{ range: { start, end }, text: k % 2 ? '' : statement }],
    });
    await answer;
    return performance.now() - from;
  }

  async close(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    this.connection.dispose();
    this.child.kill();
  }

  private async answer(version: number): Promise<Published> {
    for (;;) {
      const p = await new Promise<Published>((done) => this.waiting.push(done));
      if (p.version === undefined || p.version >= version) return p;
    }
  }
}

const quantile = (times: readonly number[], q: number): number => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
};

async function measure(name: string, peer: Peer, line: number): Promise<number> {
  const opened = await peer.open();
  for (let k = 0; k < WARM_UP * 2; k++) await peer.edit(line, k);
  const times: number[] = [];
  for (let k = 0; k < EDITS * 2; k++) times.push(await peer.edit(line, k));
  await peer.close();
  const p50 = quantile(times, 0.5);
  const figures = `p50 ${p50.toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;
  console.log(
    `${name}: edit to diagnostics ${figures}; first diagnostics ${opened.ms.toFixed(0)} ms after the start (${opened.diagnostics} in the file)`,
  );
  return p50;
}

/** Empty macros for every annotation word in the driver and the headers. */
function annotationMacros(text: string): string {
  const words = new Map<string, boolean>();
  const headers = fs.readdirSync(wdk).filter((f) => f.endsWith('.h'));
  for (const t of [text, ...headers.map((f) => fs.readFileSync(path.join(wdk, f), 'utf8'))])
    for (const [, word, parenthesis] of t.matchAll(/\b(_\w+)\b(\s*\()?/g))
      if (isSalWord(word)) words.set(word, words.get(word) === true || parenthesis !== undefined);
  return [...words].map(([word, takes]) => `#ifndef ${word}\n#define ${word}${takes ? '(...)' : ''}\n#endif\n`).join('');
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'interlock-bench-'));
try {
  const text = generateDriver(LINES);
  const file = path.join(folder, 'driver.c');
  fs.writeFileSync(file, text);
  // clangd reads the same headers without an error, given empty macros for the annotation words, which are syntax to our front end
  fs.writeFileSync(path.join(folder, 'annotations.h'), annotationMacros(text));
  const flags = ['--target=x86_64-pc-windows-msvc', '-fms-extensions', '-w', '-include', 'annotations.h', `-I${wdk}`];
  fs.writeFileSync(path.join(folder, 'compile_flags.txt'), flags.join('\n'));
  const uri = pathToFileURL(file).href;
  const line = text.split('\n').findIndex((l) => l.includes('/* edit here */'));
  console.log(`driver of ${text.split('\n').length} lines, ${EDITS * 2} edits in a process callback after ${WARM_UP * 2} to warm up`);
  const own = await measure('interlock lsp', new Peer(process.execPath, OWN, folder, uri, text), line);
  const clangd = ['clangd', 'clangd-19', 'clangd-18', 'clangd-14'].find((c) => spawnSync(c, ['--version']).status === 0);
  if (clangd) {
    const version = /version (\S+)/.exec(spawnSync(clangd, ['--version']).stdout.toString())?.[1];
    const other = await measure(`clangd ${version}`, new Peer(clangd, [], folder, uri, text), line);
    console.log(`ratio interlock : clangd = ${(own / other).toFixed(2)}`);
  } else console.log('clangd is not installed: no peer in this run');
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
