// Which stops of the machine are stops for the user: breakpoints with condition, hit count and log message, the end of a stepping operation, bug checks. What it
// evaluates only reads.

import { Reg } from '../machine/abi.js';
import { asInteger, asNumber, EvaluationError } from '../machine/inspect/value.js';
import { describeNotSimulated } from '../scenario/not-simulated.js';
import type { Simulation } from '../scenario/simulation.js';
import { type Breakpoint, type Breakpoints, parseHitCondition } from './breakpoints.js';
import type { Evaluator } from './evaluator.js';
import { formatValue } from './format.js';
import type { StepOperation } from './stepping.js';
import type { Target, TargetThread } from './target.js';
import type { ExceptionInfo, OutputLine, Stop } from './types.js';
import type { Frame } from './variables.js';

export class StopJudge {
  entryStop = false;
  operation: StepOperation | undefined;
  private readonly kernel;

  constructor(
    private readonly simulation: Simulation,
    private readonly target: Target,
    private readonly evaluator: Evaluator,
    private readonly breakpoints: Breakpoints,
    private readonly output: (line: OutputLine) => void,
  ) {
    this.kernel = simulation.kernel;
  }

  /** A stop at a break byte, or undefined: go on. */
  atBreak(step: number, cpu: number): Stop | undefined {
    const threadId = this.target.threadIdOn(cpu);
    const hit = this.breakpoints.at(step).filter((b) => this.counts(b, cpu));
    if (hit.length) return { reason: 'breakpoint', threadId, breakpointIds: hit.map((b) => b.id) };
    if (this.entryStop) {
      this.entryStop = false;
      return { reason: 'entry', threadId };
    }
    const o = this.operation;
    const info = this.kernel.machine.stepInfo(step);
    const fp = this.kernel.machine.wordsOf(cpu)[Reg.Top >> 2];
    if (o && info && o.threadId === threadId && o.ends(step, fp, info.function)) return { reason: 'step', threadId };
    return undefined;
  }

  /** Condition, hit count, log message. */
  private counts(b: Breakpoint, cpu: number): boolean {
    const thread = this.target.threadOn(cpu);
    if (!thread) return false;
    const frame = this.topFrame(thread);
    const holds = this.holds(b, frame);
    if (holds !== true) return holds === undefined;
    b.hits++;
    if (b.request.hitCondition !== undefined && !parseHitCondition(b.request.hitCondition)?.(b.hits)) return false;
    if (b.request.logMessage === undefined) return true;
    const now = this.simulation.stepsRun;
    if (now > b.loggedTo) {
      b.loggedTo = now;
      this.output({ category: 'console', text: `${this.logText(b.request.logMessage, frame)}\n` });
    }
    return false;
  }

  /** A breakpoint whose condition cannot be evaluated (undefined) stops and says why: better than a silent miss. */
  private holds(b: Breakpoint, frame: Frame | undefined, quiet = false): boolean | undefined {
    if (b.request.condition === undefined) return true;
    try {
      const v = this.evaluator.value(b.request.condition, frame, false);
      return v.type.kind === 'float' ? asNumber(v) !== 0 : asInteger(v) !== 0n;
    } catch (e) {
      if (!(e instanceof EvaluationError)) throw e;
      if (!quiet) this.output({ category: 'stderr', text: `breakpoint condition '${b.request.condition}': ${e.message}\n` });
      return undefined;
    }
  }

  /** For a pass in the recorded run, silently: would its condition let this breakpoint stop on the CPU that runs now? */
  conditionHolds(b: Breakpoint): boolean {
    if (b.request.condition === undefined) return true;
    const thread = this.target.threadOn(this.kernel.cpuNumber);
    return thread !== undefined && this.holds(b, this.topFrame(thread), true) !== false;
  }

  private topFrame(thread: TargetThread): Frame | undefined {
    const frame = this.target.stack(thread)[0];
    return frame && { id: 0, thread, frame, memory: this.target.memoryOf(thread.process) };
  }

  /** `{expression}` parts are evaluated; `{{` is a brace. */
  private logText(message: string, frame: Frame | undefined): string {
    return message.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (all, expression: string | undefined) => {
      if (expression === undefined) return all[0];
      try {
        const v = this.evaluator.value(expression, frame, false);
        return formatValue(v, this.evaluator.memory(frame), this.target);
      } catch (e) {
        if (!(e instanceof EvaluationError)) throw e;
        return `{${e.message}}`;
      }
    });
  }

  /** The bug check or the missing routine that ended the run: what to say, and where to stop. */
  atEnd(): { readonly stop: Stop; readonly exception: ExceptionInfo; readonly line: OutputLine } | undefined {
    const b = this.simulation.bugCheck();
    if (b) {
      const id = `${b.name} (0x${b.code.toString(16).toUpperCase()})`;
      return {
        line: { category: 'stderr', text: `${b.text}\n`, ...(b.range ? { range: b.range } : {}) },
        exception: { id, description: b.text, breakMode: 'unhandled', details: b.stackText },
        stop: { reason: 'exception', threadId: this.target.threadIdOn(b.cpu), description: `Bug check ${id}`, text: b.explanation },
      };
    }
    // something that is not simulated was called: nothing after it would be true, but the stopped machine can be looked at
    const missing = describeNotSimulated(this.simulation);
    if (!missing) return undefined;
    const { text, title } = missing;
    return {
      line: { category: 'stderr', text: `${text}\n`, ...(missing.range ? { range: missing.range } : {}) },
      exception: { id: 'not simulated', description: text, breakMode: 'unhandled' },
      stop: {
        reason: 'exception',
        threadId: this.target.threadIdOn(this.kernel.cpuNumber),
        description: `Not simulated: ${missing.name}`,
        text: title,
      },
    };
  }
}
