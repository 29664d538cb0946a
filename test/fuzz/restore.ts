// A program that is taken back to checkpoints while it runs must print what it prints without: some pieces are run, undone and run again in other slices,
// and in the middle the whole machine moves to another one through its serialised form.
import { xorshift32 } from '../../src/base/prng.js';
import { Reason } from '../../src/machine/abi.js';
import { TestRun } from '../machine/compile/harness.js';

/** Output of `main` as TestRun.run gives it. `total`: steps that a run takes; `seed`: where the checkpoints lie. */
export function runWithRestores(first: TestRun, total: number, seed: number, pieces = 6): string[] {
  let s = seed + 1;
  const below = (n: number): number => (s = xorshift32(s)) % Math.max(1, n);
  let r = first;
  r.call('main');
  for (let i = 0; i < pieces; i++) {
    let reason = r.machine.run(1 + below(Math.ceil(total / pieces)));
    if (reason !== Reason.Fuel) return finish(r, reason);
    const at = r.machine.checkpoint();
    const printed = r.output.length;
    for (const _ of [0, 1]) {
      reason = r.machine.run(1 + below(Math.ceil((2 * total) / pieces)));
      r.machine.restore(at);
      r.output.length = printed;
    }
    if (i === pieces >> 1) {
      const other = new TestRun(r.image, r.stackSize);
      other.machine.restore(other.machine.deserialize(r.machine.serialize(at)));
      other.output.push(...r.output);
      r = other;
    }
  }
  for (let n = 0; n < 1000; n++) {
    const reason = r.machine.run(50_000_000);
    if (reason !== Reason.Fuel) return finish(r, reason);
  }
  throw new Error('no end');
}

function finish(r: TestRun, reason: Reason): string[] {
  r.output.push(reason === Reason.Done ? `= ${BigInt.asIntN(32, r.machine.registers.returnValue64)}` : `? ${reason}`);
  return r.output;
}
