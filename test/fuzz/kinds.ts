// The generators of C programs under one roof, and the ways a program is run: whole and with all checks in the variants of the emitter, some also in
// slices (down to single steps) and taken back to checkpoints. Output is compared value by value, the number of steps must be the same in every way.
import { createHash } from 'node:crypto';
import type { TranslationUnit } from '../../src/c/tree.js';
import { compileUnits, runNative, TestRun } from '../machine/compile/harness.js';
import { randomProgram } from './c-generator.js';
import { randomLayouts } from './layout-generator.js';
import { runWithRestores } from './restore.js';
import { randomSeh } from './seh-generator.js';
import { modelSeh, TooLong } from './seh-model.js';
import { printSeh } from './seh-print.js';
import { randomWindows } from './windows-generator.js';

export type Kind = 'seh' | 'layout' | 'windows' | 'statements';
/** `gcc`: what must be printed comes from gcc; else from a model. */
export const KINDS: Readonly<Record<Kind, { readonly gcc: boolean }>> = {
  seh: { gcc: false },
  layout: { gcc: true },
  windows: { gcc: true },
  statements: { gcc: true },
};

export interface Program {
  readonly ours: string;
  readonly gcc?: string;
  readonly expected?: readonly string[];
  /** Only objects in a section `.lay`. */
  readonly section?: string;
}

/** The program of a seed; undefined when it is too long to be worth running. */
export function program(kind: Kind, seed: number): Program | undefined {
  switch (kind) {
    case 'layout':
      return randomLayouts(seed, 12);
    case 'windows':
      return randomWindows(seed, 8);
    case 'statements': {
      const text = randomProgram(seed * 7919, 4);
      return { ours: text, gcc: text };
    }
    case 'seh': {
      const p = randomSeh(seed);
      try {
        return { ours: printSeh(p), expected: modelSeh(p) };
      } catch (e) {
        if (e instanceof TooLong) return undefined;
        throw e;
      }
    }
  }
}

export const nativeOutput = (p: Program): string[] => runNative(p.gcc!);

const seeds = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
/** Programs of differential.test.ts. */
export const TEST_SEEDS: Readonly<Record<Kind, readonly number[]>> = {
  seh: seeds(1000, 16),
  layout: seeds(1, 3),
  windows: seeds(1, 6),
  statements: seeds(1, 6),
};

/** Number of lines and a hash of them. */
export const checksum = (lines: readonly string[]): string =>
  `${lines.length}:${createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)}`;

const LONG = 20_000_000;
const SLICE = 50_000_000;
const STACK = 64 * 4096;

function difference(expected: readonly string[], got: readonly string[], how: string): string | undefined {
  const at = expected.findIndex((v, i) => v !== got[i]);
  if (at < 0 && got.length === expected.length) return undefined;
  return `${how}, line ${at < 0 ? expected.length : at}: expected ${expected[at]}, is ${got[at < 0 ? expected.length : at]}`;
}

/** What differs, or undefined. `part`: number of the program; every fifth also runs in slices and with restores. `limit`: slices of 50 million steps. */
export function runEverywhere(
  units: readonly TranslationUnit[],
  expected: readonly string[],
  part: number,
  limit = 60,
): string | undefined {
  let steps = -1;
  for (const name of part % 5 ? (['plain', 'debug'] as const) : (['plain', 'debug', 'clean stops'] as const)) {
    const image = compileUnits(units, { debug: name === 'debug', cleanStops: name === 'clean stops' });
    if (image.diagnostics.length) throw new Error(`linking: ${JSON.stringify(image.diagnostics[0]).slice(0, 300)}`);
    const whole = new TestRun(image, STACK);
    let problem = difference(
      expected,
      whole.run('main', () => SLICE, [], limit),
      name,
    );
    if (problem) return problem;
    const total = whole.machine.totalSteps;
    if (steps >= 0 && total !== steps) return `${name}: ${total} steps, the plain variant takes ${steps}`;
    steps = total;
    if (part % 5 !== 0 || total > LONG) continue;
    let n = part;
    const single = part % 10 === 0 && total < 300_000;
    const sliced = new TestRun(image, STACK);
    const slice = single ? () => 1 : () => 1 + ((n = (n * 1103515245 + 12345) >>> 1) % Math.ceil(total / 500 + 50));
    problem = difference(
      expected,
      sliced.run('main', slice, [], Number.MAX_SAFE_INTEGER),
      `${name}, ${single ? 'step by step' : 'sliced'}`,
    );
    if (problem) return problem;
    if (sliced.machine.totalSteps !== steps) return `${name}: ${sliced.machine.totalSteps} steps in slices, ${steps} whole`;
    if (expected.at(-1)?.startsWith('!')) continue;
    problem = difference(expected, runWithRestores(new TestRun(image, STACK), total, part), `${name}, restored`);
    if (problem) return problem;
  }
  return undefined;
}
