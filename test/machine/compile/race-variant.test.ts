// The race variant: same output, same steps as the plain one in any slices; and what it tells the observer is what a plain model of the shadow words
// says: nothing for accesses that this strand has done in this epoch, everything that another strand touched.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KERNEL_BASE } from '../../../src/machine/abi.js';
import { clockOf, DETAIL, epochWord, FOREIGN, RaceKind, strandOf } from '../../../src/machine/shadow.js';
import { compileText, TestRun } from './harness.js';
import { PROGRAMS } from './programs.js';

function raceRun(text: string): TestRun {
  const r = new TestRun(compileText(text, { race: true }), undefined, [], true);
  r.startStrand();
  return r;
}

test('every program: output and number of steps are those of the plain variant, in one slice and in many', () => {
  for (const [name, text] of Object.entries(PROGRAMS)) {
    const plain = new TestRun(compileText(text));
    const expected = plain.run();
    for (const slice of [() => 50_000_000, () => 7]) {
      const race = raceRun(text);
      assert.deepEqual(race.run('main', slice), expected, name);
      assert.equal(race.machine.totalSteps, plain.machine.totalSteps, name);
    }
  }
});

interface Told {
  readonly at: number;
  readonly kind: number;
}

/** Runs `text` and lists what the observer is told, by offset from the global `g`. */
function told(text: string, before?: (r: TestRun, at: number) => void): { list: Told[]; run: TestRun; at: number } {
  const run = raceRun(text);
  const at = Number(run.machine.globalAddress('g')) - KERNEL_BASE;
  const list: Told[] = [];
  run.machine.races = {
    access: (offset, kind) => list.push({ at: offset - at, kind: kind & 255 }),
    touch: () => {},
    range: (offset, size, kind) => list.push({ at: offset - at, kind: (kind & 0xf0) | 0x10000 | (size << 20) }),
  };
  before?.(run, at);
  run.run();
  return { list, run, at };
}

const BODY =
  'struct { int a; int b; long long c; char d[8]; } g; int main(void) { g.a = 1; g.b = g.a; g.c = 2; g.d[1] = 3; g.d[2] = g.d[1]; return 0; }';

test('memory that nobody else touched is settled in the module: words, bytes and sites are set', () => {
  const { list, run, at } = told(BODY);
  assert.deepEqual(list, []);
  const { write, read, writeSite } = run.machine.mem.shadow!;
  assert.equal(write[at >> 2], epochWord(1, 1));
  assert.equal(write[(at + 8) >> 2], epochWord(1, 1));
  assert.equal(write[(at + 12) >> 2], epochWord(1, 1));
  assert.equal(write[(at + 16) >> 2] & 15, 0b0110, 'bytes 1 and 2 of d');
  assert.equal(read[(at + 16) >> 2] & 15, 0b0010);
  assert.equal(read[(at + 4) >> 2], 0);
  assert.match(run.machine.stepInfo(writeSite[at >> 2])!.step.range.file.path, /test\.c/);
});

test('words of another strand, a list or a foreign read are told', () => {
  for (const word of [epochWord(2, 1), epochWord(DETAIL, 0), epochWord(1, 1) | FOREIGN]) {
    const { list } = told('int g; int main(void) { g = 1; return 0; }', (r, at) => (r.machine.mem.shadow!.write[at >> 2] = word));
    assert.deepEqual(list, [{ at: 0, kind: RaceKind.Write | 15 }], word.toString(16));
  }
  const { list } = told('int g; int main(void) { return g; }', (r, at) => (r.machine.mem.shadow!.write[at >> 2] = epochWord(2, 5)));
  assert.deepEqual(list, [{ at: 0, kind: 15 }]);
});

test('an older epoch of the same strand is replaced when the access covers its bytes, else told', () => {
  const old = (mask: number) => (r: TestRun, at: number) => {
    r.machine.mem.shadow!.write[at >> 2] = (epochWord(1, 1) & ~15) | mask;
    r.machine.registers.epoch = epochWord(1, 2);
  };
  const covers = told('short g[2]; int main(void) { g[0] = 1; return 0; }', old(0b0011));
  assert.deepEqual(covers.list, []);
  assert.equal(clockOf(covers.run.machine.mem.shadow!.write[covers.at >> 2]), 2);
  assert.equal(strandOf(covers.run.machine.mem.shadow!.write[covers.at >> 2]), 1);
  assert.deepEqual(told('short g[2]; int main(void) { g[0] = 1; return 0; }', old(0b1100)).list, [{ at: 0, kind: RaceKind.Write | 3 }]);
});

test('interlocked, block and misaligned accesses are always told; slots of the own frame never', () => {
  const interlocked = told('long _InterlockedIncrement(long volatile *p); long g; int main(void) { return _InterlockedIncrement(&g); }');
  assert.deepEqual(interlocked.list, [{ at: 0, kind: RaceKind.Write | RaceKind.Atomic | 15 }]);
  const copy = told('struct s { char x[40]; } g, h; int main(void) { g = h; return 0; }');
  assert.equal(copy.list.length, 2);
  const crooked = told('char g[16]; int main(void) { *(int *)(g + 1) = 5; return 0; }');
  assert.deepEqual(crooked.list, [{ at: 1, kind: RaceKind.Write | 0x10000 | (4 << 20) }]);
  assert.deepEqual(told('int g; int main(void) { int a = 1; int *p = &a; a += 2; return a; }').list, []);
});

test('a checkpoint holds the shadow', () => {
  const { run, at } = told(BODY);
  const { write } = run.machine.mem.shadow!;
  const c = run.machine.checkpoint();
  write[at >> 2] = 0;
  run.machine.mem.shadow!.mark(at);
  run.machine.restore(c);
  assert.equal(write[at >> 2], epochWord(1, 1));
  run.machine.reset();
  assert.equal(write[at >> 2], 0);
});
