// Facts of the checking drivers (FACT, FACT_EQ, MAY_FACT, EXPECT_STOP of check.h): which a text holds, which a run has reached, and whether it stopped as it said.
import assert from 'node:assert/strict';
import type { BugCheckInfo } from '../../src/kernel/ke/bugcheck.js';

export interface Fact {
  readonly line: number;
  /** May be missing in a single run. */
  readonly may: boolean;
  readonly stop: boolean;
  /** Where the reference says it: page, section, words. */
  readonly source: string;
}

const ANY = 0xa11a11a11a11a11an;

/** Every fact that a text states, in order. */
export function factsOf(text: string): Fact[] {
  const facts: Fact[] = [];
  const plain = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (c) => c.replace(/[^\n]/g, ' '));
  for (const m of plain.matchAll(/^(?![ \t]*#).*?\b(FACT|FACT_EQ|MAY_FACT|EXPECT_STOP)\("([^"]*)"/gm)) {
    const before = text.slice(0, m.index);
    facts.push({ line: before.split('\n').length, may: m[1] === 'MAY_FACT', stop: m[1] === 'EXPECT_STOP', source: m[2] });
  }
  return facts;
}

/** Facts that a run must have reached: all but MAY_FACT, and those in the body of a BAD function only when that is the entry. */
export function mustReach(text: string, entry?: string): Fact[] {
  const bodies = [...text.matchAll(/^BAD[12]?\((\w+),(?:[^\n]*\}(?=\r?\n)|[^\n]*(?:\n(?!\})[^\n]*)*)/gm)].map((m) => {
    const first = text.slice(0, m.index).split('\n').length;
    return { name: m[1], first, last: first + m[0].split('\n').length };
  });
  return factsOf(text).filter((f) => !f.may && bodies.find((b) => f.line >= b.first && f.line <= b.last)?.name === entry);
}

/** Facts of the list that a run has not reached, for a message. */
export function missing(facts: readonly Fact[], output: readonly string[]): string[] {
  const got = reached(output);
  return facts.filter((f) => !got.has(f.line)).map((f) => `line ${f.line}: ${f.source}`);
}

/** Lines of the facts that a run's output says it has reached. */
function reached(output: readonly string[]): Set<number> {
  const lines = new Set<number>();
  for (const text of output) {
    const m = /^(?:FACT|STOP) (\d+)/.exec(text);
    if (m) lines.add(Number(m[1]));
  }
  return lines;
}

/** The last EXPECT_STOP of a run is the bug check that it ended in, with its parameters. */
export function assertStop(output: readonly string[], bugCheck: BugCheckInfo | undefined, say = ''): void {
  const expected = output.filter((t) => t.startsWith('STOP ')).at(-1);
  if (!expected) return;
  const [code, ...parameters] = expected.trim().split(' ').slice(2).map(BigInt);
  assert.ok(bugCheck, `bug check 0x${code.toString(16)} expected\n${say}`);
  const show = (values: readonly bigint[]): string => values.map((v) => (v === ANY ? 'any' : `0x${v.toString(16)}`)).join(' ');
  const actual = bugCheck.parameters.map((v, i) => (parameters[i] === ANY ? ANY : BigInt.asUintN(64, v)));
  assert.equal(`0x${bugCheck.code.toString(16)}: ${show(actual)}`, `0x${code.toString(16)}: ${show(parameters)}`, say);
  assert.ok(bugCheck.explanation.length > 0);
}
