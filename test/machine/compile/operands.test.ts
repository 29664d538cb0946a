// Values that need scratch room of their own inside a step, and conversions that the processor does differently from WebAssembly.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runText } from './harness.js';

function check(name: string, text: string, expect: string[]): void {
  test(name, () => {
    for (const debug of [false, true]) assert.deepEqual(runText(text, { debug }), expect);
  });
}

check(
  'divisions and conversions among the operands of one step',
  `
  static __declspec(align(16)) __int64 pair[2] = { 1, 2 }; struct R { int a, b, c; }; static struct R recs[4] = { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } };
  static int n = 2; static __int64 q = 6; static double d = 2.5; static double half(double v) { return v / 2; }
  int main(void) {
    __int64 c[2]; struct R r = { 10, 11, 12 };
    c[0] = pair[0]; c[1] = pair[1];
    print(_InterlockedCompareExchange128(pair, (short)half(324), 7 / n, c)); print(pair[0]); print(pair[1]);
    print(_InterlockedCompareExchange128(pair, q / n, 5, c + n / 3)); print(c[0]); print(c[1]);
    recs[4 / n] = recs[2 / n]; recs[q / n] = r; recs[(int)d - 2] = recs[q / n]; print(recs[2].a); print(recs[3].b); print(recs[0].c);
    __stosb((unsigned char *)recs + 8 / n, (unsigned char)(300 / n), (unsigned __int64)d); print(recs[0].b & 0xffff);
    __movsb((unsigned char *)recs + 8 / n, (unsigned char *)&recs[8 / n - 1], (unsigned __int64)(q / n)); print(recs[0].b & 0xffffff);
    return 0;
  }`,
  ['1', '3', '162', '0', '3', '162', '4', '11', '12', String(0x9696), '10', '= 0'],
);

check(
  'floating values that no integer holds become the most negative number, as with cvttsd2si',
  `
  static double huge = 1e300, big = 3e9, minus = -3e9, edge = 9223372036854775808.0, zero; static float f = 1e30f;
  int main(void) {
    double nan = zero / zero;
    print((int)huge); print((int)nan); print((int)big); print((int)minus); print((int)-2147483648.5); print((int)f); print((__int64)f); print((__int64)nan); print((__int64)edge);
    print((unsigned)big); print((unsigned)minus); print((unsigned)nan); print((short)big); print((unsigned char)huge); print((short)70000.5); print((_Bool)nan);
    print((unsigned __int64)edge == 0x8000000000000000); print((unsigned __int64)(edge * 1.5) == 0xC000000000000000); print((unsigned __int64)-1.0 == 0xFFFFFFFFFFFFFFFF); print((__int64)(unsigned __int64)nan);
    return (int)1e300 == (int)huge;
  }`,
  [
    ...Array.from({ length: 6 }, () => '-2147483648'),
    ...Array.from({ length: 3 }, () => '-9223372036854775808'),
    '3000000000',
    '1294967296',
    '0',
    '0',
    '0',
    '4464',
    '1',
    '1',
    '1',
    '1',
    '-9223372036854775808',
    '= 1',
  ],
);

check(
  'locals and copies of arguments with more than the alignment of frames',
  `
  struct __declspec(align(32)) V { __int64 a; };
  static int f(int n, struct V v) {
    char x; __declspec(align(32)) char q; __declspec(align(64)) int r = n; struct V w; int bad = 0;
    x = 1; q = x; w.a = v.a + r;
    bad += ((__int64)&q & 31) != 0; bad += (((__int64)&r & 63) != 0) * 10; bad += (((__int64)&w & 31) != 0) * 100; bad += (((__int64)&v & 31) != 0) * 1000;
    print(bad); return n ? f(n - 1, w) : (int)v.a + q + r;
  }
  static int unused(void) { __declspec(align(64)) int k = 3; return k ? k : 4; }
  static struct V made(int n) { struct V v; v.a = n; return v; }
  static int next(int *n) { return ++*n; }
  static int untaken(int n) { __declspec(align(32)) int k = n; struct V v = { 2 }; int t = k; k = (k += 10, k + next(&t)) * (int)v.a; return k + (int)((struct V){ n }).a; }
  int main(void) { struct V v = { 5 }; print(f(3, v)); print(made(7).a); v = made(8); print(v.a); print(untaken(4)); return unused(); }`,
  ['0', '0', '0', '0', '12', '7', '8', '42', '= 3'],
);
