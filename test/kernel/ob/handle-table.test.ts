// Handle tables: values, growth, reuse last-in first-out; the ID table reuses as late as possible; names in the object namespace.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, createKernel } from '../../../src/kernel/boot.js';
import { HANDLE_TABLE, HANDLE_TABLE_ENTRY } from '../../../src/kernel/layouts.gen.js';
import {
  allocateHandle,
  createHandleTable,
  freeHandle,
  handlesOf,
  isKernelHandle,
  lookupHandle,
  nextHandle,
  toKernelHandle,
} from '../../../src/kernel/ob/handle-table.js';
import { createLink, findInDirectory, fullName, lookupPath, rootDirectory } from '../../../src/kernel/ob/namespace.js';
import { NT } from '../../../src/kernel/ob/status.js';

const k = createKernel({});
boot(k);

test('handles are multiples of 4 from 4 on; the last one closed is the next one given', () => {
  const t = createHandleTable(k, 0, 0, false);
  const handles = [1, 2, 3].map((n) => allocateHandle(k, t, n * 16, 0x1f, 0));
  assert.deepEqual(handles, [4, 8, 12]);
  freeHandle(k, t, 4);
  freeHandle(k, t, 8);
  assert.equal(lookupHandle(k, t, 8), 0);
  assert.equal(allocateHandle(k, t, 32, 0, 0), 8);
  assert.equal(allocateHandle(k, t, 32, 0, 0), 4);
  assert.equal(allocateHandle(k, t, 32, 0, 0), 16);
});

test('a strict FIFO table gives a freed ID last', () => {
  const t = createHandleTable(k, 0, 0, true);
  assert.equal(allocateHandle(k, t, 16, 0, 0), 4);
  freeHandle(k, t, 4);
  assert.equal(allocateHandle(k, t, 16, 0, 0), 8);
});

test('a table grows and keeps what it holds', () => {
  const t = createHandleTable(k, 0, 0, false);
  for (let i = 1; i <= 1000; i++) assert.equal(allocateHandle(k, t, i * 16, i, 0), i * 4);
  assert.equal(k.mem.u32(t + HANDLE_TABLE.HandleCount), 1000);
  assert.equal(k.mem.u32(lookupHandle(k, t, 4 * 777) + HANDLE_TABLE_ENTRY.GrantedAccess), 777);
  assert.equal(lookupHandle(k, t, 4001 * 4), 0);
  assert.equal(lookupHandle(k, t, 4 * 777 + 3), lookupHandle(k, t, 4 * 777)); // low bits do not count
  freeHandle(k, t, 8);
  assert.equal(nextHandle(k, t, 8), 12);
  assert.equal(handlesOf(k, t).length, 999);
});

test('kernel handles are told by their upper bits; pseudo handles are none', () => {
  assert.equal(isKernelHandle(toKernelHandle(4)), true);
  for (const h of [-1, -2, 4, 0]) assert.equal(isKernelHandle(h), false);
});

test('names: case does not count, links are followed, missing parts are told apart', () => {
  const device = lookupPath(k, '\\device\\HARDDISKVOLUME3');
  assert.equal(device.status, NT.SUCCESS);
  assert.equal(fullName(k, device.body), '\\Device\\HarddiskVolume3');
  assert.equal(lookupPath(k, '\\??\\c:').body, device.body);
  assert.equal(lookupPath(k, '\\DosDevices\\C:\\dir\\file.txt').remaining, '\\dir\\file.txt');
  assert.equal(lookupPath(k, '\\Device\\Nothing').status, NT.OBJECT_NAME_NOT_FOUND);
  assert.equal(lookupPath(k, '\\Nowhere\\Nothing').status, NT.OBJECT_PATH_NOT_FOUND);
  assert.equal(lookupPath(k, 'Device').status, NT.OBJECT_PATH_SYNTAX_BAD);
});

test('links that lead to themselves end with an error', () => {
  const global = findInDirectory(k, rootDirectory(k), 'GLOBAL??');
  createLink(k, global, 'Loop', '\\??\\Loop');
  assert.equal(lookupPath(k, '\\??\\Loop').status, NT.OBJECT_NAME_INVALID);
});
