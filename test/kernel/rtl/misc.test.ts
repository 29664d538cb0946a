// Time, versions, random numbers, SIDs, ACLs, security descriptors, Win32 error codes, stack traces, checksums.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routines as acl } from '../../../src/kernel/rtl/acl.js';
import { crc32, crc64 } from '../../../src/kernel/rtl/checksum.js';
import { routines as debug } from '../../../src/kernel/rtl/debug.js';
import { dosError } from '../../../src/kernel/rtl/dos-error.js';
import { routines as random } from '../../../src/kernel/rtl/random.js';
import { routines as sd } from '../../../src/kernel/rtl/security-descriptor.js';
import { routines as sid } from '../../../src/kernel/rtl/sid.js';
import { routines as stackTrace } from '../../../src/kernel/rtl/stack-trace.js';
import { routines as time, timeFields, timeOf } from '../../../src/kernel/rtl/time-fields.js';
import { routines as version } from '../../../src/kernel/rtl/version.js';
import { Reason } from '../../../src/machine/abi.js';
import { Rig } from './rig.js';

const rig = new Rig([acl, debug, random, sd, sid, stackTrace, time, version]);
const m = rig.k.mem;

test('time fields agree with a calendar over eight centuries', () => {
  const epoch = Date.UTC(1601, 0, 1);
  for (let i = 0; i < 3000; i++) {
    const ms = epoch + ((i * 8_640_000_007 + i * i * 1009) % 25_000_000_000_000);
    const t = BigInt(ms - epoch) * 10_000n;
    const f = timeFields(t);
    const d = new Date(ms);
    assert.deepEqual(
      f,
      {
        year: d.getUTCFullYear(),
        month: d.getUTCMonth() + 1,
        day: d.getUTCDate(),
        hour: d.getUTCHours(),
        minute: d.getUTCMinutes(),
        second: d.getUTCSeconds(),
        milliseconds: d.getUTCMilliseconds(),
        weekday: d.getUTCDay(),
      },
      d.toISOString(),
    );
    assert.equal(timeOf(f), t);
  }
});

test('RtlTimeToTimeFields, RtlTimeFieldsToTime and seconds', () => {
  const t = rig.alloc(8);
  const f = rig.alloc(16);
  m.setI64(t, 133_500_000_000_000_000n);
  rig.call('RtlTimeToTimeFields', t, f);
  assert.deepEqual(
    [0, 2, 4].map((o) => m.u16(f + o)),
    [2024, 1, 17],
  );
  assert.equal(rig.call('RtlTimeFieldsToTime', f, t), 1);
  assert.equal(m.i64(t), 133_500_000_000_000_000n);
  m.setU16(f + 2, 2);
  m.setU16(f + 4, 30);
  assert.equal(rig.call('RtlTimeFieldsToTime', f, t), 0); // February 30
  const s = rig.alloc(8);
  assert.equal(rig.call('RtlTimeToSecondsSince1970', t, s), 1);
  assert.equal(m.u32(s), Math.floor(Date.UTC(2024, 0, 17, m.u16(f + 6), m.u16(f + 8), m.u16(f + 10)) / 1000));
  m.setI64(t, 0n);
  assert.equal(rig.call('RtlTimeToSecondsSince1970', t, s), 0);
  rig.call('RtlSecondsSince1980ToTime', 0, t);
  assert.deepEqual(timeFields(m.i64(t)).year, 1980);
});

test('versions', () => {
  const v = rig.alloc(0x120);
  m.setU32(v, 0x11c);
  assert.equal(rig.status('RtlGetVersion', v), 0);
  assert.deepEqual(
    [4, 8, 12, 16].map((o) => m.u32(v + o)),
    [10, 0, 22621, 2],
  );
  assert.equal(m.u8(v + 0x11a), 1);
  const verify = (major: number, minor: number, mask: number, condition: number): number => {
    m.setU32(v + 4, major);
    m.setU32(v + 8, minor);
    return rig.status('RtlVerifyVersionInfo', v, mask, (1n << 63n) | BigInt(condition | (condition << 3)));
  };
  assert.equal(verify(6, 3, 3, 3), 0); // at least 6.3
  assert.equal(verify(10, 1, 3, 3), 0xc0000059);
  assert.equal(verify(10, 0, 3, 1), 0);
  assert.equal(verify(11, 0, 2, 3), 0xc0000059);
  assert.equal(rig.status('RtlVerifyVersionInfo', v, 0, 0), 0xc000000d);
  assert.equal(rig.call('RtlIsNtDdiVersionAvailable', 0x06010000), 1);
  assert.equal(rig.call('RtlIsNtDdiVersionAvailable', 0x0b000000), 0);
});

test('RtlRandomEx depends on the seed alone', () => {
  const seed = rig.alloc(8);
  const draw = (): number[] => {
    m.setU32(seed, 42);
    return Array.from({ length: 20 }, () => rig.call('RtlRandomEx', seed));
  };
  const first = draw();
  assert.deepEqual(draw(), first);
  assert.equal(new Set(first).size, 20);
  assert.ok(first.every((v) => v >= 0 && v < 0x7fffffff));
});

const AUTHORITY_NT = [0, 0, 0, 0, 0, 5];
function newSid(...subs: number[]): number {
  const authority = rig.alloc(8);
  m.setBytes(authority, Uint8Array.from(AUTHORITY_NT));
  const at = rig.alloc(8 + 4 * subs.length);
  assert.equal(rig.status('RtlInitializeSid', at, authority, subs.length), 0);
  subs.forEach((s, i) => m.setU32(rig.call('RtlSubAuthoritySid', at, i), s));
  return at;
}

test('SIDs', () => {
  const admins = newSid(32, 544);
  const us = rig.alloc(16);
  assert.equal(rig.status('RtlConvertSidToUnicodeString', us, admins, 1), 0);
  assert.equal(rig.text(us), 'S-1-5-32-544');
  assert.equal(rig.status('RtlConvertSidToUnicodeString', rig.unicode('', 8), admins, 0), 0x80000005);
  assert.equal(rig.call('RtlLengthSid', admins), 16);
  assert.equal(rig.call('RtlLengthRequiredSid', 3), 20);
  const copy = rig.alloc(16);
  assert.equal(rig.status('RtlCopySid', 15, copy, admins), 0xc0000023);
  assert.equal(rig.status('RtlCopySid', 16, copy, admins), 0);
  assert.equal(rig.call('RtlEqualSid', copy, admins), 1);
  assert.equal(rig.call('RtlEqualSid', newSid(32, 545), admins), 0);
  assert.equal(rig.call('RtlEqualPrefixSid', newSid(32, 545), admins), 1);
  m.setU8(copy, 2);
  assert.equal(rig.call('RtlValidSid', copy), 0);
  assert.equal(rig.status('RtlConvertSidToUnicodeString', us, copy, 1), 0xc0000078);
});

test('ACLs and security descriptors', () => {
  const list = rig.alloc(64);
  assert.equal(rig.status('RtlCreateAcl', list, 32, 2), 0);
  assert.equal(rig.status('RtlAddAccessAllowedAce', list, 2, 0x1f01ff, newSid(18)), 0);
  assert.equal(rig.status('RtlAddAccessAllowedAce', list, 2, 1, newSid(32, 544)), 0xc0000099); // full
  const ace = rig.alloc(8);
  assert.equal(rig.status('RtlGetAce', list, 0, ace), 0);
  assert.equal(m.u32(m.ptr(ace) + 4), 0x1f01ff);
  assert.equal(rig.status('RtlGetAce', list, 1, ace), 0xc000000d);
  const d = rig.alloc(0x28);
  assert.equal(rig.status('RtlCreateSecurityDescriptor', d, 2), 0xc0000058);
  assert.equal(rig.status('RtlCreateSecurityDescriptor', d, 1), 0);
  assert.equal(rig.status('RtlSetDaclSecurityDescriptor', d, 1, list, 0), 0);
  assert.equal(rig.status('RtlSetOwnerSecurityDescriptor', d, newSid(18), 0), 0);
  assert.equal(rig.call('RtlValidSecurityDescriptor', d), 1);
  assert.equal(rig.call('RtlLengthSecurityDescriptor', d), 0x28 + 12 + 32);
  const [present, dacl, defaulted] = [rig.alloc(8), rig.alloc(8), rig.alloc(8)];
  assert.equal(rig.status('RtlGetDaclSecurityDescriptor', d, present, dacl, defaulted), 0);
  assert.deepEqual([m.u8(present), m.ptr(dacl), m.u8(defaulted)], [1, list, 0]);
  m.setU16(list + 4, 9); // more entries than there are
  assert.equal(rig.call('RtlValidSecurityDescriptor', d), 0);
});

test('Win32 error codes', () => {
  const cases: [number, number][] = [
    [0, 0],
    [0xc0000005, 998],
    [0xc0000022, 5],
    [0xc0000034, 2],
    [0xc000000d, 87],
    [0xc0000023, 122],
    [0x80000005, 234],
    [0xc0000120, 995],
    [0xc00000bb, 50],
    [0x103, 997],
    [0xc0070057, 87],
    [0xe0000001, 0xe0000001],
    [0xc0123456, 317],
  ];
  for (const [status, error] of cases) assert.equal(dosError(status | 0), error, status.toString(16));
});

test('checksums have their published check values', () => {
  const digits = new TextEncoder().encode('123456789');
  assert.equal(crc32(digits, 0), 0xcbf43926);
  assert.equal(crc64(digits, 0n), 0xae8b14860a799888n);
});

test('break points and assertions stop the run and can be resumed', () => {
  const failure = rig.fails('RtlAssert', rig.ansi('x == 1'), rig.ansi('driver.c'), 12, 0);
  assert.equal(failure.reason, Reason.DebugBreak);
  assert.match(String(rig.k.trace.get(rig.k.trace.length - 1).data.text), /Assertion failed: x == 1\n.*driver\.c, line 12/);
  assert.equal(rig.k.machine.run(1000), Reason.Done);
});

test('a stack trace names the callers', () => {
  const trace = rig.alloc(64);
  const r = new Rig([
    stackTrace,
    [
      { name: 'Outer', step: (k, f) => (f.pc === 0 ? k.call(f, 1, 'Inner', [trace]) : k.return(f.result)) },
      { name: 'Inner', step: (k, f) => (f.pc === 0 ? k.call(f, 1, 'RtlCaptureStackBackTrace', [0, 8, f.ptr(0), 0]) : k.return(f.result)) },
    ],
  ]);
  assert.equal(r.call('Outer'), 2);
  assert.deepEqual([r.k.mem.ptr(trace), r.k.mem.ptr(trace + 8)], [r.k.addressOf('Inner'), r.k.addressOf('Outer')]);
});
