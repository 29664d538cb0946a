// Random programs of what is Windows' own or differs from Linux: `long` of 4 bytes and `__int64`, 16-bit wide strings, character constants of several
// letters, enumerations as int, intrinsics (interlocked, rotations, bit scans, 128-bit products, bit tests), bit-fields that keep their declared type
// in expressions, records of 1 to 64 bytes by value in calls,
// returns, function pointers and variable arguments, unaligned access, conversions of floats out of range as the processor does them, NaN. gcc gets the
// words as definitions of its own, so its result is the written expectation.
import { RandomText, spread } from './random-text.js';

const OURS = `
#define LONG long
#define ULONG unsigned long
#define I64 __int64
#define U64 unsigned __int64
typedef unsigned short WCHAR; typedef char *va_list;
#define va_start(a, b) __builtin_va_start(a, b)
#define va_arg(a, t) __builtin_va_arg(a, t)
#define va_end(a) __builtin_va_end(a)
#define UNALIGNED __unaligned
#define BITS_A bits.a
#define BITS_C bits.c
#define BITS_D bits.d
`;
/** The intrinsics in plain C for gcc: straight from their description, none is atomic here. */
const GCC = `
#define LONG int
#define ULONG unsigned
#define I64 long long
#define U64 unsigned long long
#define UNALIGNED
#define BITS_A ((unsigned)bits.a)
#define BITS_C ((U64)bits.c)
#define BITS_D ((I64)bits.d)
typedef unsigned short WCHAR; typedef unsigned __int128 U128; typedef __int128 I128;
#define ROT(n, T, S) static T n##l##S(T x, int k) { k &= sizeof x * 8 - 1; return k ? (T)(x << k | x >> (sizeof x * 8 - k)) : x; } static T n##r##S(T x, int k) { k &= sizeof x * 8 - 1; return k ? (T)(x >> k | x << (sizeof x * 8 - k)) : x; }
ROT(_rot, unsigned, ) ROT(_rot, unsigned char, 8) ROT(_rot, unsigned short, 16) ROT(_rot, U64, 64) ROT(_lrot, unsigned, )
static unsigned char _BitScanForward(unsigned *i, unsigned m) { if (!m) return 0; *i = __builtin_ctz(m); return 1; }
static unsigned char _BitScanReverse(unsigned *i, unsigned m) { if (!m) return 0; *i = 31 - __builtin_clz(m); return 1; }
static unsigned char _BitScanForward64(unsigned *i, U64 m) { if (!m) return 0; *i = __builtin_ctzll(m); return 1; }
static unsigned char _BitScanReverse64(unsigned *i, U64 m) { if (!m) return 0; *i = 63 - __builtin_clzll(m); return 1; }
static U64 _umul128(U64 a, U64 b, U64 *h) { U128 p = (U128)a * b; *h = p >> 64; return p; }
static I64 _mul128(I64 a, I64 b, I64 *h) { I128 p = (I128)a * b; *h = p >> 64; return p; }
static U64 __umulh(U64 a, U64 b) { return (U128)a * b >> 64; }
static I64 __mulh(I64 a, I64 b) { return (I128)a * b >> 64; }
static U64 __shiftleft128(U64 l, U64 h, unsigned char k) { k &= 63; return k ? h << k | l >> (64 - k) : h; }
static U64 __shiftright128(U64 l, U64 h, unsigned char k) { k &= 63; return k ? l >> k | h << (64 - k) : l; }
static U64 __emulu(unsigned a, unsigned b) { return (U64)a * b; }
static I64 __emul(int a, int b) { return (I64)a * b; }
static unsigned __popcnt(unsigned x) { return __builtin_popcount(x); } static unsigned short __popcnt16(unsigned short x) { return __builtin_popcount(x); } static U64 __popcnt64(U64 x) { return __builtin_popcountll(x); }
static unsigned __lzcnt(unsigned x) { return x ? __builtin_clz(x) : 32; } static unsigned short __lzcnt16(unsigned short x) { return x ? __builtin_clz(x) - 16 : 16; } static U64 __lzcnt64(U64 x) { return x ? __builtin_clzll(x) : 64; }
static unsigned short _byteswap_ushort(unsigned short x) { return x << 8 | x >> 8; } static unsigned _byteswap_ulong(unsigned x) { return __builtin_bswap32(x); } static U64 _byteswap_uint64(U64 x) { return __builtin_bswap64(x); }
#define ATOMIC(S, T) static T _InterlockedExchange##S(volatile T *p, T v) { T o = *p; *p = v; return o; } static T _InterlockedExchangeAdd##S(volatile T *p, T v) { T o = *p; *p = o + v; return o; } static T _InterlockedAnd##S(volatile T *p, T v) { T o = *p; *p = o & v; return o; } static T _InterlockedOr##S(volatile T *p, T v) { T o = *p; *p = o | v; return o; } static T _InterlockedXor##S(volatile T *p, T v) { T o = *p; *p = o ^ v; return o; } static T _InterlockedCompareExchange##S(volatile T *p, T v, T c) { T o = *p; if (o == c) *p = v; return o; }
ATOMIC(, int) ATOMIC(8, char) ATOMIC(16, short) ATOMIC(64, I64)
#define STEP(S, T) static T _InterlockedIncrement##S(volatile T *p) { return *p = *p + 1; } static T _InterlockedDecrement##S(volatile T *p) { return *p = *p - 1; }
STEP(, int) STEP(16, short) STEP(64, I64)
static unsigned char _InterlockedCompareExchange128(volatile I64 *d, I64 h, I64 l, I64 *c) { if (d[0] == c[0] && d[1] == c[1]) { d[0] = l; d[1] = h; return 1; } c[0] = d[0]; c[1] = d[1]; return 0; }
#define BIT(S, T, U, B) static unsigned char _bittest##S(const T *p, T n) { return p[n >> B] >> (n & ((1 << B) - 1)) & 1; } static unsigned char _bittestandset##S(T *p, T n) { unsigned char o = _bittest##S(p, n); p[n >> B] |= (T)((U)1 << (n & ((1 << B) - 1))); return o; } static unsigned char _bittestandreset##S(T *p, T n) { unsigned char o = _bittest##S(p, n); p[n >> B] &= ~(T)((U)1 << (n & ((1 << B) - 1))); return o; } static unsigned char _bittestandcomplement##S(T *p, T n) { unsigned char o = _bittest##S(p, n); p[n >> B] ^= (T)((U)1 << (n & ((1 << B) - 1))); return o; }
BIT(, int, unsigned, 5) BIT(64, I64, U64, 6)
#define _interlockedbittestandset _bittestandset
#define _interlockedbittestandreset _bittestandreset
#define _interlockedbittestandset64 _bittestandset64
#define _interlockedbittestandreset64 _bittestandreset64
#define __stosb(p, v, n) __builtin_memset(p, v, n)
#define __movsb(p, q, n) __builtin_memcpy(p, q, n)
static void __stosd(unsigned *p, unsigned v, U64 n) { while (n--) *p++ = v; }
static void __movsq(U64 *p, const U64 *q, U64 n) { while (n--) *p++ = *q++; }
`;

/** type, bits */
const INTEGERS = [
  ['char', 8],
  ['unsigned char', 8],
  ['short', 16],
  ['unsigned short', 16],
  ['WCHAR', 16],
  ['int', 32],
  ['unsigned', 32],
  ['LONG', 32],
  ['ULONG', 32],
  ['I64', 64],
  ['U64', 64],
  ['enum E', 32],
] as const;

const COMMON = `
enum E { EM = -7, EA = 3, EB = 0x7fffffff };
static char gc = -3; static volatile unsigned char guc = 200; static short gs = -3000; static WCHAR gw = 60000; static LONG gl = -123456; static volatile ULONG gul = 0xfedcba98; static I64 gq = -5000000000; static U64 guq = 0xf00000000000000f; static enum E ge = EA; static float gf = 1.5f; static double gd = -2.25;
static unsigned char raw[64] = "unaligned access of all widths, on purpose and by cast."; static LONG bitmap[8] = { 5, -1, 0x10000 }; static I64 bitmap64[4] = { 5, -1 }; static __attribute__((aligned(16))) I64 pair[2] = { 1, 2 };
static struct { ULONG a : 5; LONG b : 9; U64 c : 33; I64 d : 20; unsigned char e : 3; LONG f; } bits = { 9, -9, 0x123456789, -77, 5, 6 };
static void printb(double v) { union { double d; I64 l; } x; x.d = v; if (v != v) print(-1); else print(x.l); }
static U64 hash(U64 h, const void *p, int n) { int i; for (i = 0; i < n; i++) h = h * 31 + ((const unsigned char *)p)[i]; return h; }
static double opaque(double v) { return v; }
static const WCHAR wide[] = L"wide \\x263a text"; static const char narrow[] = "na" "rr" "ow\\0\\377";
`;

class Generator extends RandomText {
  private structs: { name: string; size: number }[] = [];
  private readonly functions: string[] = [];

  private constant(): string {
    return this.one([
      () => String(this.below(300)),
      () => `(-${this.below(1000)})`,
      () => this.one(["'gaTp'", "'ab'", "'abc'", "L'\\x3b1'", "'\\377'", "'\\0'", 'EM', 'EB']),
      () =>
        this.one(['0x7fffffffL', '0x80000000', '0x80000000UL', '4294967295UL', '(-1L)', '0xffffffffL', '1L', '100UL']).replace(
          /U?L\b/,
          (s) => `@${s}`,
        ),
      () => this.one(['0x7fffffffffffffff', '0x8000000000000000', '5000000000', '18446744073709551615ULL', '-1LL']).replace(/^-.*/, '($&)'),
      () => this.one(['sizeof(LONG)', 'sizeof(L"abc")', 'sizeof(narrow)', '(I64)sizeof wide']),
    ])();
  }
  /** Places that can be assigned. */
  private place(): string {
    return this.one([
      'gc',
      'guc',
      'gs',
      'gw',
      'gl',
      'gul',
      'gq',
      'guq',
      'lc',
      'ls',
      'll',
      'lul',
      'lq',
      'luq',
      'bits.b',
      'bits.f',
      `(*(UNALIGNED short *)(raw + ${this.below(60)}))`,
      `(*(UNALIGNED LONG *)(raw + ${this.below(58)}))`,
      `(*(UNALIGNED U64 *)(raw + ${this.below(56)}))`,
      `(*(volatile I64 *)(raw + ${this.below(56)}))`,
      'bitmap[ll & 7]',
      'bitmap64[luq & 3]',
    ]);
  }
  private call(depth: number): string {
    const e = (): string => this.integer(depth - 1);
    const i = (t: string): string => `(${t})(${e()})`;
    return this.one([
      () => `_rotl(${e()}, ${i('int')})`,
      () => `_rotr(${e()}, ${i('int')})`,
      () => `_rotl8(${i('unsigned char')}, ${i('unsigned char')})`,
      () => `_rotr16(${i('unsigned short')}, ${i('unsigned char')})`,
      () => `_rotl64(${e()}, ${i('int')})`,
      () => `_rotr64(${e()}, ${i('int')})`,
      () => `_lrotl(${e()}, ${i('int')})`,
      () => `__popcnt(${e()})`,
      () => `__popcnt64(${e()})`,
      () => `__lzcnt(${e()})`,
      () => `__lzcnt16(${e()})`,
      () => `__lzcnt64(${e()})`,
      () => `_byteswap_ushort(${e()})`,
      () => `_byteswap_ulong(${e()})`,
      () => `_byteswap_uint64(${e()})`,
      () => `__umulh(${e()}, ${e()})`,
      () => `__mulh(${e()}, ${e()})`,
      () => `__emul(${e()}, ${e()})`,
      () => `__emulu(${e()}, ${e()})`,
      () => `__shiftleft128(${e()}, ${e()}, ${i('unsigned char')})`,
      () => `__shiftright128(${e()}, ${e()}, ${i('unsigned char')})`,
      () => `wide[${i('unsigned')} % 12]`,
      () => `L"\\x1234\\xffff"[${e()} & 1]`,
      () => `narrow[${e()} & 7]`,
    ])();
  }
  integer(depth: number): string {
    if (depth <= 0 || this.below(6) === 0)
      return this.below(3) ? this.place() : this.below(4) ? this.constant() : this.one(['BITS_A', 'BITS_C', 'BITS_D']);
    const e = (): string => this.integer(depth - 1);
    switch (this.below(12)) {
      case 0:
      case 1:
        return `(${e()} ${this.one(['+', '-', '*', '&', '|', '^'])} ${e()})`;
      case 2:
        return `(${e()} ${this.one(['<', '<=', '>', '>=', '==', '!='])} ${e()})`;
      case 3:
        return `(${e()} ${this.one(['<<', '>>'])} (${e()} & 31))`;
      case 4:
        return `(${e()} ${this.one(['/', '%'])} ((${e()} & ${this.one(['7', '255', '0xfffffff'])}) + 1))`;
      case 5:
        return `${this.one(['-', '~', '!', '+'])}(${e()})`;
      case 6:
      case 7:
        return `(${this.one(INTEGERS)[0]})(${e()})`;
      case 8:
        return `(${e()} ? ${e()} : ${e()})`;
      case 9:
        return `(${this.one(['int', 'LONG', 'I64', 'short', 'unsigned char', 'ULONG', 'char', '_Bool', 'U64', 'unsigned short'])})opaque(${this.float(depth - 1)})`;
      case 10:
        return `(${this.float(depth - 1)} ${this.one(['<', '<=', '>', '>=', '==', '!=', '&&', '||'])} ${this.float(depth - 1)})`;
      default:
        return this.call(depth);
    }
  }
  /** Everything finite, infinite or NaN. */
  private float(depth: number): string {
    if (depth <= 0 || this.below(4) === 0)
      return this.one([
        'gf',
        'gd',
        'lf',
        'ld',
        '1e300',
        '(float)1e38',
        '0.5f',
        '-3e9',
        '4294967296.0',
        '(gd - gd)',
        'infinity',
        'nan',
        '16777217.0',
        '-0.0',
        '1e-310',
      ]);
    const e = (): string => this.float(depth - 1);
    return this.one([
      () => `(${e()} ${this.one(['+', '-', '*', '/'])} ${e()})`,
      () => `(${this.one(['float', 'double'])})(${this.below(2) ? e() : this.integer(depth - 1)})`,
      () => `-(${e()})`,
      () => `(${this.integer(depth - 1)} ? ${e()} : ${e()})`,
    ])();
  }

  private struct(): { name: string; size: number } {
    const n = this.structs.length;
    const name = `struct Z${n}`;
    const fields: string[] = [];
    const members: string[] = [];
    let size = 0;
    if (this.below(2)) {
      size = 1 + this.below(64);
      fields.push(`unsigned char b[${size}];`);
      members.push('b');
    } else {
      for (let i = 1 + this.below(6); i > 0; i--) {
        const [t, bits] = this.one([...INTEGERS, ['float', 32], ['double', 64]] as const);
        fields.push(`${t} m${i};`);
        members.push(`m${i}`);
        size += bits / 8;
      }
    }
    this.functions.push(
      `${name} { ${fields.join(' ')} };`,
      `static ${name} mk${n}(int k) { ${name} x; int i; for (i = 0; i < (int)sizeof x; i++) ((unsigned char *)&x)[i] = 0; for (i = 0; i < (int)sizeof x; i += 3) ((unsigned char *)&x)[i] = (unsigned char)((k + i) & 63); return x; }`,
      // the members' bytes: padding need not travel
      `static I64 sum${n}(const ${name} *x) { U64 h = ${n}; ${members.map((m) => `h = hash(h, &x->${m}, sizeof x->${m});`).join(' ')} return (I64)h; }`,
    );
    const s = { name, size };
    this.structs.push(s);
    return s;
  }
  /** A function with records, integers and floats among its parameters; changes them and gives one record back. */
  private passing(n: number): { params: string[]; returns: number } {
    const params: string[] = [];
    const body: string[] = [];
    for (let i = 1 + this.below(7); i > 0; i--) {
      const kind = this.below(4);
      if (kind === 0) {
        params.push('double');
        body.push(`h ^= (I64)p${params.length - 1};`);
      } else if (kind === 1) {
        const t = this.one(INTEGERS)[0];
        params.push(t);
        body.push(`h += p${params.length - 1}; p${params.length - 1}++;`);
      } else {
        const s = this.below(this.structs.length);
        params.push(`struct Z${s}`);
        body.push(
          `h ^= sum${s}(&p${params.length - 1}); ((unsigned char *)&p${params.length - 1})[0]++; h -= sum${s}(&p${params.length - 1});`,
        );
      }
    }
    const returns = this.below(this.structs.length);
    const list = params.map((t, i) => `${t} p${i}`).join(', ');
    this.functions.push(
      `static struct Z${returns} pass${n}(${list}) { U64 h = ${n}; ${body.join(' ')} print((I64)h); return mk${returns}((int)h); }`,
    );
    this.functions.push(`static struct Z${returns} (*fp${n})(${params.join(', ')}) = pass${n};`);
    return { params, returns };
  }
  private argument(t: string): string {
    if (t === 'double')
      return this.one(['gd', '(double)ll', '1.5', 'lf', '(float)ls']).replace(/^gd$/, 'safe(gd)').replace(/^lf$/, 'safe(lf)');
    const s = /^struct Z(\d+)$/.exec(t);
    if (s) return this.below(3) ? `mk${s[1]}((int)(${this.integer(1)}))` : `s${s[1]}`;
    return `(${t})(${this.integer(2)})`;
  }

  private statement(passing: readonly { params: string[]; returns: number }[]): string {
    const e = (d = 2): string => this.integer(d);
    switch (this.below(16)) {
      case 0: {
        const w = this.one(['', '8', '16', '64']);
        const t = { '': 'LONG', '8': 'char', '16': 'short', '64': 'I64' }[w];
        const at = { '': '&gl', '8': '&gc', '16': '&gs', '64': '&gq' }[w];
        const op = this.one(['Exchange', 'ExchangeAdd', 'And', 'Or', 'Xor', 'CompareExchange', 'Increment', 'Decrement']);
        if (op === 'CompareExchange')
          return `print(_InterlockedCompareExchange${w}(${at}, (${t})(${e()}), ${this.below(2) ? `*${at}` : `(${t})(${e()})`}));`;
        if (op === 'Increment' || op === 'Decrement') return `print(_Interlocked${op}${w === '8' ? '' : w}(${w === '8' ? '&gl' : at}));`;
        return `print(_Interlocked${op}${w}(${at}, (${t})(${e()})));`;
      }
      case 1: {
        const w = this.below(2) ? '64' : '';
        return `{ ULONG at = 99; print(_BitScan${this.one(['Forward', 'Reverse'])}${w}(&at, ${this.below(4) ? e() : '0'})); print(at); }`;
      }
      case 2:
        return this.below(2)
          ? `{ U64 h; print((I64)_umul128(${e()}, ${e()}, &h)); print((I64)h); }`
          : `{ I64 h; print(_mul128(${e()}, ${e()}, &h)); print(h); }`;
      case 3: {
        const w = this.below(2) ? '64' : '';
        return `print(${this.one(['_bittest', '_bittestandset', '_bittestandreset', '_bittestandcomplement', '_interlockedbittestandset', '_interlockedbittestandreset'])}${w}(bitmap${w}, (${w ? 'I64' : 'LONG'})(${e()}) & 255));`;
      }
      case 4:
        return `{ I64 c[2]; c[0] = ${this.below(2) ? 'pair[0]' : e()}; c[1] = pair[1]; print(_InterlockedCompareExchange128(pair, ${e()}, ${e()}, c)); print(c[0]); print(c[1]); print(pair[0] ^ pair[1]); }`;
      case 5:
        return this.one([
          `__stosb(raw + ${this.below(50)}, (unsigned char)(${e()}), ${this.below(9)});`,
          `__movsb(raw, raw + ${30 + this.below(10)}, ${this.below(20)});`,
          `__stosd((ULONG *)bitmap, (ULONG)(${e()}), ${this.below(6)});`,
          `__movsq((U64 *)bitmap64, (U64 *)raw, ${this.below(4)});`,
        ]);
      case 6:
      case 7: {
        const n = this.below(passing.length);
        const p = passing[n];
        const args = p.params.map((t) => this.argument(t)).join(', ');
        return this.below(2)
          ? `{ struct Z${p.returns} r = ${this.one([`pass${n}`, `fp${n}`])}(${args}); print(sum${p.returns}(&r)); }`
          : `s${p.returns} = fp${n}(${args}); print(sum${p.returns}(&s${p.returns}));`;
      }
      case 8: {
        const items = Array.from({ length: 1 + this.below(5) }, () => {
          const k = this.below(5);
          if (k === 0) return `1, (int)(${e()})`;
          if (k === 1) return `2, (I64)(${e()})`;
          if (k === 2) return `3, safe(${this.float(1)})`;
          const s = this.below(Math.min(3, this.structs.length));
          return `${4 + s}, s${s}`;
        });
        return `print(various(7, ${items.join(', ')}, 0));`;
      }
      case 9:
        return `switch ((${this.one(['I64', 'ULONG', 'LONG', 'unsigned char', 'U64'])})(${e()})) { case 0: print(1); break; case -1: print(2); case 0x123456789: print(3); break; case 'ab': print(4); default: print(5); case 200: print(6); break; case 0x7fffffff: print(7); }`;
      case 10:
        return `printb(${this.float(3)}); ${this.one(['lf', 'gf'])} = (float)(${this.float(2)}); ${this.one(['ld', 'gd'])} = ${this.float(2)};`;
      case 11:
        return `bits.${this.one(['a', 'b', 'c', 'd', 'e'])} ${this.one(['=', '+=', '-=', '^=', '|='])} ${this.below(2) ? e() : `(int)(${e(1)})`};`;
      case 12:
        return `${this.place()} ${this.one(['<<=', '>>='])} (${e(1)}) & 7;`;
      case 13:
        return `${this.place()} ${this.one(['/=', '%='])} ((${e(1)}) & 1023) + 1;`;
      default:
        return `${this.place()} ${this.one(['=', '=', '+=', '-=', '*=', '&=', '|=', '^='])} ${e(3)}; print((I64)(${e(4)}));`;
    }
  }

  program(functions: number): string {
    for (let i = 0; i < 6; i++) this.struct();
    this.functions.push(
      'static double safe(double v) { return v > -1e9 && v < 1e9 ? v : 17; }',
      `static I64 various(int n, ...) { va_list ap; U64 h = n; int k; va_start(ap, n); while ((k = va_arg(ap, int)) != 0) { h *= 31; switch (k) { case 1: h += va_arg(ap, int); break; case 2: h ^= va_arg(ap, I64); break; case 3: h += (I64)va_arg(ap, double); break; ${[0, 1, 2].map((s) => `case ${4 + s}: { struct Z${s} x = va_arg(ap, struct Z${s}); h += sum${s}(&x); break; }`).join(' ')} } } va_end(ap); return (I64)h; }`,
    );
    const passing = Array.from({ length: 5 }, (_, i) => this.passing(i));
    const locals = `char lc = 5; short ls = -300; LONG ll = -70000; ULONG lul = 0x80000001; I64 lq = -6000000000; U64 luq = 1; float lf = 0.25f; double ld = 3.5; volatile double zero = 0; double infinity = 1 / zero, nan = infinity - infinity; ${this.structs.map((s, i) => `${s.name} s${i} = mk${i}(${i});`).join(' ')}`;
    const dump =
      'print(gc); print(guc); print(gs); print(gw); print(gl); print(gul); print(gq); print((I64)guq); printb(gf); printb(gd); print(bits.b); print((I64)bits.c); print(bits.d); print(bits.e); print((int)bits.a); { U64 h = 0; int i; for (i = 0; i < 64; i++) h = h * 31 + raw[i]; for (i = 0; i < 8; i++) h = h * 31 + bitmap[i]; for (i = 0; i < 4; i++) h = h * 31 + bitmap64[i]; print((I64)h); }';
    const bodies = Array.from(
      { length: functions },
      (_, i) =>
        `static void f${i}(void) { ${locals}\n  ${Array.from({ length: 8 }, () => this.statement(passing)).join('\n  ')}\n  print(lc); print(ls); print(ll); print(lul); print(lq); print((I64)luq); printb(lf); printb(ld); ${dump} }`,
    );
    return `${COMMON}${this.functions.join('\n')}\n${bodies.join('\n')}\nint main(void) { ${bodies.map((_, i) => `print(${1000000 + i}); f${i}();`).join(' ')} return 0; }\n`;
  }
}

/** The program for our machine and for gcc. */
export function randomWindows(seed: number, functions: number): { ours: string; gcc: string } {
  const text = new Generator(spread(seed)).program(functions);
  return {
    ours: OURS + text.replace(/@(U?L)/g, '$1').replace(/__attribute__\(\(aligned\((\d+)\)\)\)/g, '__declspec(align($1))'),
    gcc: GCC + text.replace(/@UL/g, 'U').replace(/@L/g, ''),
  };
}
