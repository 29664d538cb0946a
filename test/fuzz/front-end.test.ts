// A few hundred of the mutants that `front-end-fuzz.ts` reads by the hundred thousand: always the same ones.
import { test } from 'node:test';
import { mutant, read } from './front-end-mutants.js';

test('damaged sources give lists of problems, never an exception', () => {
  for (let n = 1; n <= 300; n++) {
    try {
      read(mutant(n));
    } catch (e) {
      throw new Error(`mutant ${n}`, { cause: e });
    }
  }
});
