// The debug console: commands of the Windows kernel debuggers beside C expressions. A command gets the thread and CPU in focus: those of the frame that the editor has
// selected, or the CPU that `~1s` chose, until another thread is selected or the machine runs on.
import { EvaluationError, type Value } from '../../machine/inspect/value.js';
import type { Simulation } from '../../scenario/simulation.js';
import type { Evaluator } from '../evaluator.js';
import type { MachineView } from '../inspect/machine-view.js';
import type { Frame } from '../variables.js';
import { resolveAddress } from './addresses.js';
import type { CommandContext } from './command.js';
import { byName } from './commands.js';
import { KernelTypes } from './kernel-types.js';
import { parseInput } from './parse.js';

export type ConsoleAnswer = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'expression'; readonly text: string };

export class Console {
  private readonly types: KernelTypes;
  /** CPU that `~Ns` chose, and the thread that the editor had in focus then. */
  private chosen: { readonly cpu: number; readonly instead: number } | undefined;
  /** Thread of the last stop: in focus when the editor names none. */
  private stoppedThread = 0;
  /** `~Ns`: the editor should show the thread that runs on a CPU now. */
  onSelectThread: (threadId: number) => void = () => {};

  constructor(
    private readonly view: MachineView,
    private readonly simulation: Simulation,
    private readonly evaluator: Evaluator,
  ) {
    this.types = new KernelTypes(view.target.images);
  }

  /** The machine stopped (thread of the stop) or runs on. */
  moved(threadId: number): void {
    this.stoppedThread = threadId;
    this.chosen = undefined;
  }

  /** Runs a command, or answers which C expression the input is. Throws EvaluationError with a message for the user. */
  run(text: string, frame: Frame | undefined): ConsoleAnswer {
    const input = parseInput(text, byName, (name) => this.isVariable(name, frame));
    if (input.kind === 'expression') return input;
    if (input.kind === 'unknown')
      throw new EvaluationError(
        `there is no command '${input.name}'${input.near ? `; did you mean ${input.near}?` : ''} (.help lists the commands${input.name.startsWith('!') ? `; ?? ${input.name} is the C expression` : ''})`,
      );
    const command = byName.get(input.name);
    if (!command) throw new EvaluationError(`there is no command '${input.name}'`);
    const out = command.run(this.context(frame), input.args, input.name);
    if (/^\w/.test(input.name) && this.isVariable(input.name, frame))
      return { kind: 'text', text: `${out}\n('${input.name}' is also a variable here: ?? ${input.name} shows it)` };
    return { kind: 'text', text: out };
  }

  context(frame: Frame | undefined): CommandContext {
    const { view } = this;
    const editors = frame?.thread.address ?? view.target.thread(this.stoppedThread)?.address ?? 0;
    if (this.chosen && this.chosen.instead !== editors && this.chosenThread() !== editors) this.chosen = undefined;
    const thread = this.chosen ? view.currentThread(this.chosen.cpu) : editors;
    const on = this.chosen?.cpu ?? (thread === 0 ? -1 : view.cpuOf(thread));
    const cpu = on >= 0 ? on : view.kernel.cpuNumber;
    const evaluate = (expression: string): Value => this.evaluator.value(expression, frame, false);
    return {
      view,
      simulation: this.simulation,
      types: this.types,
      cpu,
      thread,
      evaluate,
      address: (argument) => resolveAddress({ view, cpu, thread, evaluate }, argument),
      selectCpu: (n) => {
        this.chosen = { cpu: n, instead: editors };
        const now = view.currentThread(n);
        const shown = view.target.threads().find((t) => t.address === now);
        if (shown) this.onSelectThread(shown.id);
      },
    };
  }
  private chosenThread(): number {
    return this.chosen ? this.view.currentThread(this.chosen.cpu) : 0;
  }

  private isVariable(name: string, frame: Frame | undefined): boolean {
    try {
      const v = this.evaluator.value(name, frame, false);
      return v.type.kind !== 'function';
    } catch (e) {
      if (e instanceof EvaluationError) return false;
      throw e;
    }
  }
}
