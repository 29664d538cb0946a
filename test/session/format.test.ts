// Display of values: what a kernel developer wants to read, and bounded reading of broken data.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit, parseTypeName } from '../../src/c/compile-unit.js';
import { load, type TargetMemory } from '../../src/machine/inspect/value.js';
import { findStatusName as statusName } from '../../src/scenario/status-name.js';
import { parseHitCondition } from '../../src/session/breakpoints.js';
import { children, formatValue, hasChildren, type Names } from '../../src/session/format.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

const unit = compileUnit('t.c', {
  files: new MemoryFiles({
    't.c':
      '#include <ntddk.h>\nenum color { red, green = 5 };\nstruct s { int a; LIST_ENTRY l; UNICODE_STRING u; struct { int inner; }; };',
  }),
  builtinHeaders: wdkHeaders,
  includePaths: [],
  defines: {},
});
const buffer = new Uint8Array(0x1000);
const view = new DataView(buffer.buffer);
const memory: TargetMemory = {
  read: (a, n) => (a >= 0x10000 && a + n <= 0x11000 ? buffer.slice(a - 0x10000, a - 0x10000 + n) : undefined),
  write: () => false,
};
const names: Names = { status: statusName, symbol: (a) => (a === 0x10800 ? 'driver!Callback' : undefined) };
function show(type: string, at = 0x10000): string {
  const t = parseTypeName(type, { unit, scope: unit.scope }).type;
  assert.ok(t, type);
  return formatValue(load(memory, t, at), memory, names);
}
const put = (at: number, v: bigint | number, size: 1 | 2 | 4 | 8) => {
  if (size === 8) view.setBigUint64(at - 0x10000, BigInt(v), true);
  else if (size === 4) view.setUint32(at - 0x10000, Number(v), true);
  else if (size === 2) view.setUint16(at - 0x10000, Number(v), true);
  else view.setUint8(at - 0x10000, Number(v));
};

test('scalars', () => {
  put(0x10000, 0xc0000022, 4);
  assert.equal(show('NTSTATUS'), 'STATUS_ACCESS_DENIED (0xC0000022)');
  put(0x10000, 5, 4);
  assert.equal(show('enum color'), 'green (5)');
  assert.equal(show('int'), '5');
  put(0x10000, 0xffffffff, 4);
  assert.equal(show('int'), '-1');
  assert.equal(show('ULONG'), '4294967295 (0xFFFFFFFF)');
  put(0x10000, 1, 1);
  assert.equal(show('BOOLEAN'), 'TRUE');
  put(0x10000, 65, 1);
  assert.equal(show('char'), "65 'A'");
});

test('pointers, handles, strings', () => {
  put(0x10000, 0, 8);
  assert.equal(show('PVOID'), 'NULL');
  put(0x10000, 0x1a4, 8);
  assert.equal(show('HANDLE'), '0x1A4 (420)');
  put(0x10000, 0x10800, 8);
  assert.equal(show('void (*)(void)'), '0x0000000000010800 driver!Callback');
  for (const [i, c] of [...'Hi\0'].entries()) put(0x10100 + 2 * i, c.charCodeAt(0), 2);
  put(0x10000, 4, 2);
  put(0x10002, 6, 2);
  put(0x10008, 0x10100, 8);
  assert.equal(show('UNICODE_STRING'), 'L"Hi"');
  put(0x10200, 0x10100, 8);
  assert.equal(show('PWSTR', 0x10200), 'L"Hi" (0x0000000000010100)');
  put(0x10008, 0x99999999, 8);
  assert.match(show('UNICODE_STRING'), /buffer at .* cannot be read/);
});

test('lists and broken lists', () => {
  put(0x10300, 0x10300, 8);
  assert.equal(show('LIST_ENTRY', 0x10300), 'empty list');
  put(0x10300, 0x10310, 8);
  put(0x10310, 0x10300, 8);
  assert.equal(show('LIST_ENTRY', 0x10300), 'list of 1');
  put(0x10310, 0xdeadbeef, 8);
  assert.match(show('LIST_ENTRY', 0x10300), /broken list/);
  put(0x10310, 0x10310, 8);
  assert.equal(show('LIST_ENTRY', 0x10300), 'list of 100 or more', 'a cycle ends');
});

test('children, unreadable memory', () => {
  const t = parseTypeName('struct s', { unit, scope: unit.scope }).type;
  assert.ok(t);
  const v = load(memory, t, 0x10000);
  assert.ok(hasChildren(v));
  assert.deepEqual(
    children(v, memory).map((c) => [c.name, c.expression('x')]),
    [
      ['a', 'x.a'],
      ['l', 'x.l'],
      ['u', 'x.u'],
      ['inner', 'x.inner'],
    ],
  );
  assert.match(show('int', 0x900000), /cannot be read/);
});

test('hit conditions', () => {
  assert.equal(parseHitCondition('3')?.(2), false);
  assert.equal(parseHitCondition('3')?.(3), true);
  assert.equal(parseHitCondition('% 2')?.(4), true);
  assert.equal(parseHitCondition('== 2')?.(3), false);
  assert.equal(parseHitCondition('often'), undefined);
});
