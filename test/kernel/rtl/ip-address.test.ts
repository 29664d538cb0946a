// Texts of addresses are read back as what they were, and any text is either an address or refused at a place within it.
import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv6Text, parseIpv4, parseIpv6 } from '../../../src/kernel/rtl/ip-address.js';

// many zeros, so that there are runs
const bytes = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .chain((b) => fc.nat(0xffff).map((mask) => b.map((x, i) => (mask & (1 << (i & ~1)) ? 0 : x))));

test('every IPv6 address has a text that another reader accepts and that is read back', () => {
  fc.assert(
    fc.property(bytes, (b) => {
      const text = ipv6Text(b);
      assert.ok(isIPv6(text), text);
      assert.deepEqual(parseIpv6(text), { used: text.length, bytes: [...b] }, text);
    }),
    { numRuns: 500 },
  );
});

test('what is taken as a whole is an address elsewhere too', () => {
  const text = fc.string({ unit: fc.constantFrom(...'0123456789abcdefx:.'), maxLength: 40 });
  fc.assert(
    fc.property(text, (s) => {
      const v6 = parseIpv6(s);
      assert.ok(v6.used <= s.length);
      if (v6.bytes) assert.ok(isIPv6(s.slice(0, v6.used)), `${s}: ${s.slice(0, v6.used)}`);
      if (isIPv6(s)) assert.ok(v6.bytes && v6.used === s.length, s);
      const v4 = parseIpv4(s, true);
      assert.ok(v4.used <= s.length);
      if (isIPv4(s)) assert.ok(v4.bytes && v4.used === s.length, s);
    }),
    { numRuns: 3000 },
  );
});
