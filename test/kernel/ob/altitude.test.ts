// Altitudes order like the decimal numbers they are, whatever their length.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareAltitudes } from '../../../src/kernel/ob/callbacks.js';

test('higher altitude comes first', () => {
  const sorted = ['1000', '20000.5', '20000.45', '7', '369010', '20000'].sort(compareAltitudes);
  assert.deepEqual(sorted, ['369010', '20000.5', '20000.45', '20000', '1000', '7']);
});

test('equal numbers collide, however they are written', () => {
  assert.equal(compareAltitudes('1000', '01000'), 0);
  assert.equal(compareAltitudes('1000.50', '1000.5'), 0);
  assert.equal(compareAltitudes(' 1000', '1000'), 0);
  assert.notEqual(compareAltitudes('1000.5', '1000.05'), 0);
});
