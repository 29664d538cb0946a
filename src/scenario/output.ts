// Output of drivers and programs, findings, threads that come and go: told once each, in the order of the trace, when a piece of a run has ended. The trace says
// whether there is anything at all, so that a run of millions of other events is not searched.
import { decodeBytes } from '../base/text.js';
import { KIND_ID } from '../trace/kinds.js';
import { outputLine } from './findings.js';
import type { Simulation } from './simulation.js';

const TOLD = ['ke.output', 'um.output', 'verifier.finding', 'ps.thread-create', 'ps.thread-exit'] as const;

export class OutputTeller {
  /** The first event that was not looked at. */
  private from = 0;
  /** Something to tell may lie there. */
  private waiting = true;

  constructor(private readonly s: Simulation) {
    s.kernel.trace.watch(
      TOLD.map((kind) => KIND_ID[kind]),
      () => {
        this.waiting = true;
      },
    );
  }

  /** What has happened until now is not told. */
  skip(): void {
    this.from = Math.max(this.from, this.s.kernel.trace.cursor);
  }

  /** What happens from an event on is told again. */
  back(at: number): void {
    this.from = Math.min(this.from, at);
    this.waiting = true;
  }

  flush(): void {
    const { s } = this;
    const { trace } = s.kernel;
    this.from = Math.max(this.from, trace.begin, this.waiting ? 0 : trace.cursor);
    this.waiting = false;
    for (; this.from < trace.cursor; this.from++) {
      const kind = trace.kind(this.from);
      if (kind === 'ke.output' || kind === 'um.output')
        s.onOutput(decodeBytes(String(trace.data(this.from).text)), kind === 'ke.output' ? 'console' : 'stdout');
      else if (kind === 'verifier.finding') {
        const line = outputLine(s, this.from);
        if (line) s.onOutput(line.text, 'important', line.range);
      } else if (kind === 'ps.thread-create' || kind === 'ps.thread-exit')
        s.onThread(Number(trace.data(this.from).thread), kind === 'ps.thread-create');
    }
  }
}
