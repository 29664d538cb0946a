// What the text of a checking driver says that a run must show (FACT, FACT_EQ, MAY_FACT, EXPECT_STOP, BAD of check.h, and the `// case` and `// expect bugcheck`
// lines of whole systems), which of it a run has reached, and whether it stopped as it said. The only reader of that grammar: the tests judge with it, and
// scripts/gen-conformance.mjs counts with it.
import assert from 'node:assert/strict';
import type { BugCheckInfo } from '../../src/kernel/ke/bugcheck.js';

export interface Fact {
  readonly line: number;
  /** May be missing in a single run. */
  readonly may: boolean;
  readonly stop: boolean;
  /** Where the reference says it: page, section, words. */
  readonly source: string;
  /** Of a stop: code and first parameter, where they are numbers in the text. */
  readonly code: number | undefined;
  readonly p1: number | undefined;
}

/** A BAD function: the bug check that it ends in. */
export interface Bad {
  readonly name: string;
  readonly code: number;
  /** Undefined: any. */
  readonly p1: number | undefined;
  /** Numbers of CPUs on which it must. */
  readonly cpus: readonly number[];
  /** Options of Driver Verifier that its run asks for (verifierOf). */
  readonly verifier: string | undefined;
  /** Its lines. */
  readonly first: number;
  readonly last: number;
}

const ANY = 0xa11a11a11a11a11an;
const number = (text: string): number | undefined => (/^\s*(0x[0-9A-Fa-f]+|\d+)\s*$/.test(text) ? Number(text) : undefined);
const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
const blank = (part: string): string => part.replace(/[^\n]/g, ' ');

/** The text with every comment blanked, each character where it was. */
export const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, blank);

/** Every fact that a text states, in order. Two on one line could not be told apart, nor could one that a macro of the text repeats. */
export function factsOf(text: string): Fact[] {
  const plain = withoutComments(text);
  const facts = [...plain.matchAll(/\b(FACT|FACT_EQ|MAY_FACT|EXPECT_STOP)\((?:"([^"]*)")?/g)].map((m) => {
    const stop = m[1] === 'EXPECT_STOP';
    const [, code, p1] = (stop && /^,([^,]*),([^,]*)/.exec(plain.slice(m.index + m[0].length))) || ['', '', ''];
    return { line: lineAt(plain, m.index), may: m[1] === 'MAY_FACT', stop, source: m[2] ?? '', code: number(code), p1: number(p1) };
  });
  const lines = plain.split('\n');
  for (const [i, f] of facts.entries()) {
    assert.notEqual(f.source, '', `line ${f.line}: a fact begins with its source, a string on the same line`);
    assert.notEqual(f.line, facts[i + 1]?.line, `line ${f.line}: two facts`);
    const continued = /\\\s*$/.test(lines[f.line - 2] ?? '');
    assert.ok(!continued && !/^\s*#/.test(lines[f.line - 1]), `line ${f.line}: a fact in a macro`);
  }
  return facts;
}

/**
 * The options of Driver Verifier that a run asks for, as words of `verifier ...` in a scenario: a line `// verifier WORDS` in front of its function, else a line
 * `// every run: verifier WORDS` anywhere.
 */
function verifierOf(text: string, line: number): string | undefined {
  const before = text.split('\n')[line - 2] ?? '';
  return (/^\/\/ verifier (.+)$/.exec(before.trim()) ?? /^\/\/ every run: verifier (.+)$/m.exec(text))?.[1].trim();
}
/** Those of the run of TEST_ENTRY. */
export const verifierOfEntry = (text: string): string | undefined => verifierOf(text, lineAt(text, text.search(/^TEST_ENTRY/m)));

/** The BAD functions of a text, in order. */
export function badsOf(text: string): Bad[] {
  return [...text.matchAll(/^BAD([12]?)\((\w+),([^,\n]*),([^)\n]*)\)(?:[^\n]*\}(?=\r?\n)|[^\n]*(?:\n(?!\})[^\n]*)*)/gm)].map((m) => {
    const first = lineAt(text, m.index);
    const code = number(m[3]);
    const p1 = number(m[4]);
    assert.ok(code !== undefined && (p1 !== undefined || m[4].trim() === '-1'), `${m[2]}: code and first parameter are numbers`);
    const cpus = { 1: [1], 2: [2] }[m[1]] ?? [1, 2];
    return { name: m[2], code, p1, cpus, verifier: verifierOf(text, first), first, last: first + m[0].split('\n').length - 1 };
  });
}

/** Facts that a run must have reached: all but MAY_FACT, and those in the body of a BAD function only when that is the entry. */
export function mustReach(text: string, entry?: string): Fact[] {
  const bodies = badsOf(text);
  return factsOf(text).filter((f) => !f.may && bodies.find((b) => f.line >= b.first && f.line <= b.last)?.name === entry);
}

/** Bug check that the lines `// expect bugcheck 0x..` say the run of a whole system ends in. */
export const bugCheckOf = (text: string): number | undefined => number(/^\/\/ expect bugcheck (0x[0-9A-Fa-f]+)/m.exec(text)?.[1] ?? '');

/** Lines `// case NAME bugcheck 0x..[, verifier WORDS]`: a run with CASE_NAME defined (and these options) must end so. */
export const casesOf = (text: string): { readonly name: string; readonly code: number; readonly verifier: string | undefined }[] =>
  [...text.matchAll(/^\/\/ case (\w+) bugcheck (0x[0-9A-Fa-f]+)(?:, verifier (.+))?$/gm)].map((m) => ({
    name: m[1],
    code: Number(m[2]),
    verifier: m[3]?.trim(),
  }));

const CASE_BLOCK = /^#ifdef CASE_(\w+)\r?\n[\s\S]*?^#endif/gm;
/** What stands in `#ifdef CASE_...` blocks belongs to those runs only. */
export const withoutCases = (text: string): string => text.replace(CASE_BLOCK, blank);
/** Facts in the blocks of one case. */
export function factsOfCase(text: string, name: string): Fact[] {
  const others = withoutCases(text).split('\n');
  const own = text.replace(CASE_BLOCK, (block, which) => (which === name ? block : blank(block)));
  return factsOf(own).filter((f) => others[f.line - 1].trim() === '');
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
