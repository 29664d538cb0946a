// What a `.scenario` file says, as data: the machine, the drivers, the processes with their C bodies, and what must hold.
// Every item keeps its range, so that later stages (compiling bodies, expanding sources, checking expectations) report where the user wrote it.
import type { ChoiceName } from '../base/choices.js';
import type { Range, SourceFile } from '../base/source.js';
import { VERIFIER_STANDARD } from '../base/verifier-options.js';

export interface MachineBlock {
  cpus: number;
  seed: number;
  /** Windows version `10.0.22621`; limits and opaque layouts follow the build. */
  windows: string;
  /** Virtual time of one step, in nanoseconds. */
  stepNs: number;
  /** Virtual-time limit of a run, in nanoseconds (default 60 s). */
  timeLimitNs: number;
  /** Step limit of a run (default 10^9). */
  stepLimit: number;
  /** Virtual time that a callback may run before it is a finding, in nanoseconds. */
  callbackTimeNs: number;
  /** Kernel stack that a callback may use before it is a finding, in bytes. */
  callbackStackBytes: number;
  /** Win32PrioritySeparation */
  prioritySeparation: number;
  /** `verifier ...`: options of Driver Verifier as flag bits; violations are findings. */
  verifierFlags: number;
  /** Those that the scenario switches on itself; without a word the standard ones are on, but not asked for. */
  verifierAsked: number;
  verifierReports: boolean;
  /** `verifier ... faults N`: of 10,000 allocations. */
  faultProbability: number;
  /** `choice NAME VALUE`, see base/choices.ts. */
  choices: Partial<Record<ChoiceName, string>>;
}

export interface RegistryValue {
  readonly name: string;
  readonly type: 'dword' | 'qword' | 'string' | 'expand-string' | 'multi-string' | 'binary';
  /** Bytes as they lie in the registry (little endian, UTF-16 with terminator). */
  readonly data: Uint8Array;
}
export interface RegistryKey {
  /** Relative to the driver's service key. */
  readonly path: string;
  readonly values: readonly RegistryValue[];
}

export interface Located<T> {
  readonly value: T;
  readonly range: Range;
}

/** A C expression of the scenario, as written. */
export interface CText {
  readonly text: string;
  readonly range: Range;
}

/** `stub NAME returns VALUE { *Parameter = VALUE; }`: what a call of a function that nothing provides comes to. */
export interface StubStatement {
  readonly name: Located<string>;
  /** Absent for functions that return nothing. */
  readonly value?: CText;
  /** What is written through pointer parameters that are not NULL. */
  readonly outputs: readonly { readonly parameter: Located<string>; readonly value: CText }[];
}

/** `models "FILE.c" replaces NAME, NAME`: C that is linked to the driver and answers for functions that nothing else provides. */
export interface ModelsStatement {
  /** Files or patterns relative to the scenario's folder. */
  readonly files: readonly Located<string>[];
  /** Simulated routines whose place the models take. */
  readonly replaces: readonly Located<string>[];
}

export interface DriverBlock {
  readonly name: string;
  readonly range: Range;
  /** Patterns relative to the scenario's folder (`driver/*.c`). */
  readonly sources: readonly Located<string>[];
  /** A `.vcxproj` or `.sln`, with the configuration and platform that the block names. */
  readonly project?: Located<string>;
  readonly configuration?: Located<string>;
  readonly platform?: Located<string>;
  readonly includes: readonly Located<string>[];
  readonly defines: Readonly<Record<string, string>>;
  readonly registry: readonly RegistryKey[];
  /** Linked with /INTEGRITYCHECK; undefined = read from the project, else assumed (and said). */
  readonly integrityCheck?: boolean;
  /** The scenario ends without unloading this driver. */
  readonly keepLoaded: boolean;
  /** Loaded as a core driver at boot, before all others: such a driver may register itself as pico provider. */
  readonly bootStart?: boolean;
  /** Not loaded by the run: its service key is there, and ZwLoadDriver loads it. */
  readonly demandStart?: boolean;
  /** For this driver only; they go before those of the scenario. */
  readonly stubs: readonly StubStatement[];
  readonly models: readonly ModelsStatement[];
}

export interface ThreadBlock {
  readonly name: string;
  readonly range: Range;
  /** Relative priority (Win32 names): -15 idle, -2 lowest, -1 below-normal, 0, 1 above-normal, 2 highest, 15 time-critical. */
  readonly priority: number;
  /** Affinity mask, 0 = all. */
  readonly affinity: number;
  /** Virtual time after process start at which it begins, in nanoseconds. */
  readonly delayNs: number;
  /** So many threads run the body, each with its number (ThreadNumber()). */
  readonly count: number;
  /** Offsets of `{` and of the matching `}`. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

export interface ProcessBlock {
  readonly kind: 'process' | 'program';
  /** `C:\Windows\explorer.exe` or, for WSL, `/bin/bash`. */
  readonly path: string;
  readonly commandLine?: string;
  readonly subsystem: 'win32' | 'wsl';
  readonly delayNs: number;
  /** So many processes of this kind are started, each with its number (ProcessNumber()); a program has 1. */
  readonly count: number;
  readonly range: Range;
  readonly threads: readonly ThreadBlock[];
  /** C text that belongs to the unit of this process' bodies besides the threads: `code { }` contents and `#include` lines (offset ranges to keep). */
  readonly kept: readonly { start: number; end: number }[];
}

export type Expectation =
  | { readonly kind: 'no'; readonly what: 'bugcheck' | 'leak' | 'race' | 'deadlock'; readonly range: Range }
  /** No finding of severity warning or error; with an id none of that id, of any severity. */
  | { readonly kind: 'no-finding'; readonly id?: string; readonly range: Range }
  | { readonly kind: 'bugcheck'; readonly code: number; readonly range: Range }
  | { readonly kind: 'always' | 'finally'; readonly expression: string; readonly expressionStart: number; readonly range: Range }
  | {
      readonly kind: 'calls';
      readonly function: string;
      readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=';
      readonly count: number;
      readonly range: Range;
    }
  | { readonly kind: 'output'; readonly text: string; readonly present: boolean; readonly range: Range };

export interface Scenario {
  readonly file: SourceFile;
  readonly machine: MachineBlock;
  readonly drivers: readonly DriverBlock[];
  readonly processes: readonly ProcessBlock[];
  readonly expectations: readonly Expectation[];
  /** For every driver. */
  readonly stubs: readonly StubStatement[];
  readonly models: readonly ModelsStatement[];
}

export const DEFAULT_MACHINE: Readonly<MachineBlock> = {
  cpus: 2,
  seed: 1,
  windows: '10.0.22621',
  stepNs: 100,
  timeLimitNs: 60e9,
  stepLimit: 1e9,
  callbackTimeNs: 100_000,
  callbackStackBytes: 4096,
  prioritySeparation: 2,
  verifierFlags: VERIFIER_STANDARD,
  verifierAsked: 0,
  verifierReports: false,
  faultProbability: 600,
  choices: {},
};
