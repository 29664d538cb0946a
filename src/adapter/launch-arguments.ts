// The launch configuration as a user writes it, and what may stand in it.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { LaunchError } from '../session/types.js';

export interface LaunchArguments extends DebugProtocol.LaunchRequestArguments {
  /** Scenario file, a schedule of one, or a C file to run under the default scenario. */
  program: string;
  stopOnEntry?: boolean;
  cpus?: number;
  seed?: number;
  /** False: a bug check ends the run with its report. */
  stopOnBugCheck?: boolean;
  /** Set by our own client while its scheduler panel is open: the whole trace is streamed to it. */
  __followTrace?: boolean;
  /** Megabytes of memory for going back in time. */
  historyBudgetMB?: number;
}

function checkNumber(name: string, value: unknown, min: number, max: number): void {
  if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)) return;
  throw new LaunchError(
    `'${name}' in the launch configuration must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`,
    [],
  );
}

/** launch.json is written by hand: anything may stand in it. Throws LaunchError. */
export function checkLaunchArguments(args: LaunchArguments): void {
  if (typeof args.program !== 'string' || args.program === '')
    throw new LaunchError("'program' is missing in the launch configuration: give a .scenario file or a .c file", []);
  checkNumber('cpus', args.cpus, 1, 64);
  checkNumber('seed', args.seed, 0, 0xffffffff);
  checkNumber('historyBudgetMB', args.historyBudgetMB, 16, 65_536);
}
