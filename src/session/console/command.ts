// What a console command is, and what it may use. One file a command; each answers text in the layout of the Windows kernel debuggers and throws EvaluationError with
// a message for the user when its arguments are wrong.

import type { Addr } from '../../machine/abi.js';
import type { Value } from '../../machine/inspect/value.js';
import { EvaluationError } from '../../machine/inspect/value.js';
import type { Simulation } from '../../scenario/simulation.js';
import type { MachineView } from '../inspect/machine-view.js';
import type { KernelTypes } from './kernel-types.js';

export interface CommandContext {
  readonly view: MachineView;
  readonly simulation: Simulation;
  /** CPU in focus (`~1s`). */
  readonly cpu: number;
  /** Thread in focus (KTHREAD); 0 when there is none. */
  readonly thread: Addr;
  readonly types: KernelTypes;
  /** Value of a C expression in the scope of the frame in focus. Throws EvaluationError. */
  evaluate(expression: string): Value;
  /** Address or number that an argument stands for (arguments.ts). */
  address(argument: string): Addr;
  selectCpu(cpu: number): void;
}

export interface CompletionItem {
  readonly text: string;
  readonly detail?: string;
  readonly kind: 'command' | 'option' | 'type' | 'process' | 'thread' | 'variable' | 'function' | 'field';
}

export interface Command {
  /** As typed, first the usual one: `!process`, `k`. */
  readonly names: readonly string[];
  readonly usage: string;
  readonly summary: string;
  readonly options?: readonly { readonly text: string; readonly detail: string }[];
  run(c: CommandContext, args: readonly string[], name: string): string;
  /** What may stand where the last argument is being typed. */
  complete?(c: CommandContext, args: readonly string[]): CompletionItem[];
}

export function misused(command: Command, what: string): EvaluationError {
  return new EvaluationError(`${command.names[0]}: ${what}. Usage: ${command.usage}`);
}
