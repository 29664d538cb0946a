// The judge of the checking drivers: what it demands of a run, and that a run without it fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertStop, badsOf, casesOf, factsOf, factsOfCase, missing, mustReach, verifierOfEntry, withoutCases } from './facts.js';

const TEXT = `// case LATE bugcheck 0x5
static VOID Helper(VOID) { FACT("page 1 helper", Ask()); } // FACT("no fact", 1)
/* FACT("no fact
either", 1); */
TEST_ENTRY {
  FACT_EQ("page 2 value, with a comma", Ask(), 3);
  MAY_FACT("page 3 some orders", Ask());
#ifdef CASE_LATE
  EXPECT_STOP("bugchecks 3 0x5: late", 0x5, 0x10, ANY, 0, 0);
#endif
}
BAD2(Short, 0xC4, -1) { FACT("page 4 short", Ask()); }
BAD(Long, 10, 0x2)
{
  EXPECT_STOP("bugchecks 1 0xA: long", 0xA, Address(1, 2), 2, 0, 0);
}
`;
const lines = (facts: readonly { line: number }[]): number[] => facts.map((f) => f.line);

test('which facts a run must reach', () => {
  assert.deepEqual(lines(factsOf(TEXT)), [2, 6, 7, 9, 12, 15]);
  assert.deepEqual(lines(mustReach(withoutCases(TEXT))), [2, 6]);
  assert.deepEqual(lines(mustReach(TEXT, 'Short')), [12]);
  assert.deepEqual(lines(mustReach(TEXT, 'Long')), [15]);
  assert.deepEqual(lines(factsOfCase(TEXT, 'LATE')), [9]);
  assert.deepEqual(factsOfCase(TEXT, 'EARLY'), []);
  assert.deepEqual(missing(mustReach(withoutCases(TEXT)), ['FACT 2', 'FACT 60']), ['line 6: page 2 value, with a comma']);
});

test('stops and BAD functions with their numbers', () => {
  assert.deepEqual(
    factsOf(TEXT)
      .filter((f) => f.stop)
      .map((f) => [f.code, f.p1]),
    [
      [5, 16],
      [10, undefined],
    ],
  );
  assert.deepEqual(badsOf(TEXT), [
    { name: 'Short', code: 0xc4, p1: undefined, cpus: [2], verifier: undefined, first: 12, last: 12 },
    { name: 'Long', code: 10, p1: 2, cpus: [1, 2], verifier: undefined, first: 13, last: 15 },
  ]);
  assert.throws(() => badsOf('BAD(Named, CODE, 1) { }\n'), /Named: code and first parameter are numbers/);
});

test('what a run asks of Driver Verifier: the line in front of its function, else the one of every run', () => {
  const text = (before: string, own: string): string => `${before}\n// verifier none\nTEST_ENTRY {\n}\n${own}\nBAD(One, 0xC4, 1) {\n}\n`;
  const words = (t: string): (string | undefined)[] => [verifierOfEntry(t), badsOf(t)[0].verifier];
  assert.deepEqual(words(text('// a', '// a')), ['none', undefined]);
  assert.deepEqual(words(text('// every run: verifier standard', '// a')), ['none', 'standard']);
  assert.deepEqual(words(text('// every run: verifier standard', '// verifier none special-pool on')), ['none', 'none special-pool on']);
  assert.deepEqual(casesOf('// case A bugcheck 0x5\n// case B bugcheck 0x1, verifier standard\n'), [
    { name: 'A', code: 5, verifier: undefined },
    { name: 'B', code: 1, verifier: 'standard' },
  ]);
});

test('facts that could be missed without a word are refused', () => {
  assert.throws(() => factsOf('FACT("page 1", a); FACT("page 2", b);'), /line 1: two facts/);
  assert.throws(() => factsOf('\nFACT(\n"page 1", a);'), /line 2: a fact begins with its source/);
  assert.throws(() => factsOf('#define TWICE FACT("page 1", a)'), /line 1: a fact in a macro/);
  assert.throws(() => factsOf('#define TWICE \\\n FACT("page 1", a) \\\n  ;'), /line 2: a fact in a macro/);
});

test('a stop with another code, another parameter or none at all is a failure', () => {
  const stop = (code: number, ...parameters: bigint[]) =>
    ({ code, parameters, explanation: 'why' }) as unknown as Parameters<typeof assertStop>[1];
  const said = ['STOP 3 0x5 0x1 0xA11A11A11A11A11A 0x0 0xFFFFFFFFFFFFFFFF\n'];
  assertStop(said, stop(5, 1n, 77n, 0n, -1n));
  assertStop(['FACT 1'], undefined);
  assert.throws(() => assertStop(said, undefined), /bug check 0x5 expected/);
  assert.throws(() => assertStop(said, stop(6, 1n, 77n, 0n, -1n)));
  assert.throws(() => assertStop(said, stop(5, 2n, 77n, 0n, -1n)));
  assert.throws(() => assertStop(said, stop(5, 1n, 77n, 1n, -1n)));
});
