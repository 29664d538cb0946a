// Output of drivers and programs, findings, threads that come and go: told once each, in the order of the trace, when a piece of a run has ended. The trace says
// which events they are, so that a run of millions of others is not searched.
import { decodeBytes } from '../base/text.js';
import { KIND_ID } from '../trace/kinds.js';
import { outputLine } from './findings.js';
import { hardErrorText } from './hard-error.js';
import type { Simulation } from './simulation.js';

const TOLD_KINDS: ReadonlySet<number> = new Set(
  (['ke.output', 'um.output', 'verifier.finding', 'io.hard-error', 'ps.thread-create', 'ps.thread-exit'] as const).map(
    (kind) => KIND_ID[kind],
  ),
);

export class OutputTeller {
  /** Events before this one were told, or are in the queue. */
  private next = 0;
  private queue: number[] = [];

  constructor(private readonly s: Simulation) {
    const { trace } = s.kernel;
    trace.watch(TOLD_KINDS, () => this.add(trace.cursor));
    this.search(0);
  }

  /** What has happened until now is not told. */
  skip(): void {
    this.next = Math.max(this.next, this.s.kernel.trace.cursor);
    this.queue = [];
  }

  /** What happens from an event on is told again. */
  back(at: number): void {
    if (at >= this.next) return;
    this.queue = this.queue.filter((i) => i < at);
    this.next = at;
    this.search(at);
  }

  private add(index: number): void {
    if (index < this.next) return;
    this.queue.push(index);
    this.next = index + 1;
  }
  private search(from: number): void {
    const { trace } = this.s.kernel;
    for (let i = Math.max(from, trace.begin); i < trace.cursor; i++) if (TOLD_KINDS.has(trace.kindId(i))) this.add(i);
  }

  flush(): void {
    if (this.queue.length === 0) return;
    const { trace } = this.s.kernel;
    const told = this.queue;
    this.queue = [];
    for (const i of told) if (i >= trace.begin && i < trace.cursor) this.tell(i);
  }

  private tell(i: number): void {
    const { s } = this;
    const { trace } = s.kernel;
    const kind = trace.kind(i);
    if (kind === 'ke.output' || kind === 'um.output')
      s.onOutput(decodeBytes(String(trace.data(i).text)), kind === 'ke.output' ? 'console' : 'stdout');
    else if (kind === 'verifier.finding') {
      const line = outputLine(s, i);
      if (line) s.onOutput(line.text, 'important', line.range);
    } else if (kind === 'io.hard-error') s.onOutput(`${hardErrorText(trace.data(i))}\n`, 'important');
    else if (kind === 'ps.thread-create' || kind === 'ps.thread-exit')
      s.onThread(Number(trace.data(i).thread), kind === 'ps.thread-create');
  }
}
