// Random C programs that mean the same to any compiler with 32-bit int, IEEE arithmetic, wrapping integers and arithmetic shifts: every operand is free of
// side effects unless C orders them, divisors are never zero, shift counts and float-to-integer conversions stay in range. Plain `long`, bit-fields of
// unsigned type without a cast, and `%` of pointers are left out: there MSVC and gcc differ.
import { RandomText } from './random-text.js';

const INTEGERS = ['signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned', 'long long', 'unsigned long long'] as const;

/** What every program begins with: objects of all widths, structs that travel by value in every way, pure functions, a variadic one. */
const FRAME = `
#ifdef _MSC_VER
typedef char *va_list;
#define va_start(a, b) __builtin_va_start(a, b)
#define va_arg(a, t) __builtin_va_arg(a, t)
#define va_end(a) __builtin_va_end(a)
#endif
typedef signed char i8; typedef unsigned char u8; typedef short i16; typedef unsigned short u16; typedef unsigned u32; typedef long long i64; typedef unsigned long long u64;
struct S1 { u8 a; }; struct S2 { i8 a; u8 b; }; struct S3 { u8 a[3]; }; struct S4 { i16 a; u16 b; }; struct S8 { int a; u32 b; }; struct SF { float f; float g; }; struct SD { double d; };
struct S12 { int a; i16 b[2]; u32 c; }; struct S24 { i64 a; struct S4 b; double d; u8 e; };
struct B { int a : 5; u32 b : 7; i64 c : 33; u64 d : 20; i8 e : 3; u8 f : 5; int g; u16 h : 9; };
union U { int i; u32 u; float f; u8 b[8]; i64 l; struct S4 s; };
i8 gc = -3; u8 guc = 200; i16 gs = -3000; u16 gus = 60000; int gi = 123456; u32 gu = 0xfedcba98u; i64 gl = -5000000000LL; u64 gul = 0xf00000000000000fULL; float gf = 1.5f; double gd = -2.25; _Bool gb = 1;
struct S12 g12 = { 1, { -2, 3 }, 4 }; struct S24 g24 = { -7, { 8, 9 }, 0.5, 250 }; struct B gbits = { 3, 100, -5, 77, -2, 9, 1000, 300 }; union U gun = { 77 }; int gar[8] = { 5, -4, 3, [5] = 9, 1 }; u8 gbytes[16] = "differential"; i16 grid[3][4] = { { 1, 2 }, { [2] = -3 }, 7, 8, 9 }; struct S12 recs[3] = { { 1 }, [2] = { .c = 5, .b = { [1] = 6 } } };
const char *text = "sphinx of black quartz"; double gda[4] = { 1, -0.5, 1e10 }; int *gp = &gar[3];
static void printb(double v) { union { double d; i64 l; } x; x.d = v; if (v != v) print(-1); else print(x.l); }
static int toint(double v) { return v > -1e9 && v < 1e9 ? (int)v : 17; }
static i64 toi64(double v) { return v > -1e18 && v < 1e18 ? (i64)v : 18; }
static int pick(int a, int b) { return a > b ? a : b; }
static u8 low(int a) { return (u8)a; } static i16 mid(i64 a) { return (i16)a; } static u64 wide(int a, u32 b) { return (u64)a << 20 ^ b; } static float half(float x) { return x / 2; } static double mixed(u8 a, float b, i64 c, double d, i16 e) { return a + b * 0.5f + c + d - e; } static _Bool odd(u64 x) { return x & 1; }
static struct S1 mk1(int x) { struct S1 s = { (u8)x }; return s; } static struct S2 mk2(int x) { struct S2 s; s.a = (i8)x; s.b = (u8)(x >> 3); return s; } static struct S3 mk3(int x) { struct S3 s = { { (u8)x, (u8)(x + 1), (u8)(x >> 4) } }; return s; } static struct S4 mk4(int x) { return (struct S4){ (i16)x, (u16)(x >> 5) }; }
static struct S8 mk8(int x) { struct S8 s = { x, ~(u32)x }; return s; } static struct SF mkf(float x) { struct SF s = { x, x * 2 }; return s; } static struct SD mkd(double x) { struct SD s = { x }; return s; } static struct S12 mk12(int x) { struct S12 s = { x, { (i16)x, (i16)(x >> 7) }, (u32)x * 3 }; return s; } static struct S24 mk24(i64 x) { struct S24 s = { x, mk4((int)x), (double)(int)x / 4, (u8)x }; return s; }
static i64 sum1(struct S1 a, struct S2 b, struct S3 c) { return a.a + b.a * 3 + b.b * 5 + c.a[0] + c.a[1] * 7 + c.a[2] * 9; } static i64 sum2(struct S12 a, int k, struct S24 b, struct S4 c) { a.a += k; return a.a + a.b[0] + a.b[1] * 3 + a.c + b.a + b.b.a + b.b.b + b.e + c.a - c.b + toint(b.d * 4); } static double sumf(struct SF a, struct SD b, struct S8 c) { return a.f + a.g * 2 + b.d + c.a + c.b; }
static i64 vsum(int n, ...) { va_list ap; i64 s = 0; va_start(ap, n); while (n-- > 0) { s = s * 3 + va_arg(ap, int); s ^= va_arg(ap, i64); s += toint(va_arg(ap, double)); } va_end(ap); return s; }
static int addf(int a, int b) { return (int)((u32)a + (u32)b); } static int subf(int a, int b) { return (int)((u32)a - (u32)b); } static int xorf(int a, int b) { return a ^ b; } static int (*const ops[4])(int, int) = { addf, subf, xorf, pick };
static int rec(int n, int x) { struct S8 s = mk8(x); return n <= 0 ? x : (int)((u32)rec(n - 1, s.a ^ n) + s.b); }
`;

/** Integer and floating lvalues inside a function of the program. */
const INT_PLACES = [
  ...'lc luc ls lus li lu ll lul gc guc gs gus gi gu gl gul gb lb g12.a g12.b[1] g24.e g24.b.a recs[1].c p12->a p12->b[0] l24.a l24.b.b (*pi) pi[1] gar[li&7] lar[lu&3] gbytes[(u32)gi%16] grid[1][2] grid[luc%3][gul&3] (*(*(grid+1)+3)) pg->b.a un.i un.u un.b[2] gun.l gun.s.b recs[lc&1].b[1]'.split(
    ' ',
  ),
  'bf.a',
  'bf.c',
  'bf.e',
  'bf.g',
  'gbits.a',
  'pb->c',
  'pb->e',
];
/** Bit-fields of unsigned type: written as they are, read through a cast. */
const UNSIGNED_BITS: readonly (readonly [string, string])[] = [
  ['bf.b', '(int)'],
  ['bf.d', '(int)'],
  ['bf.f', '(int)'],
  ['gbits.h', '(int)'],
  ['pb->d', '(u32)'],
  ['pb->b', '(i64)'],
];
const FLOAT_PLACES = 'lf ld gf gd gda[gi&3] g24.d l24.d (*pd) sf.f'.split(' ');

const LOCALS = `i8 lc = N; u8 luc = 250; i16 ls = -300; u16 lus = 65000; int li = N * 77 - 500; u32 lu = 0x80000000u + N; i64 ll = -N; u64 lul = 1ULL << 63 | N; float lf = N * 0.25f; double ld = 1.0 / (N + 3); _Bool lb = N & 1;
  struct S12 l12 = { N, { 5 }, 6 }; struct S12 *p12 = N & 2 ? &l12 : &recs[2]; struct S24 l24 = { .b = { .b = N }, .a = 3 }; struct S24 *pg = &g24; struct B bf = { N, 3, N, 5, 1, 6, N }; struct B *pb = N & 1 ? &bf : &gbits; union U un = { .u = N * 0x01010101u }; int lar[4] = { N, 1, -2, 3 }; int *pi = N % 3 ? lar + 1 : gp; double *pd = N & 4 ? &ld : gda + 1; struct SF sf = { N }; int k = 0; u8 *cursor = gbytes; i64 walk = 0;`;

const DUMP = `print(lc); print(luc); print(ls); print(lus); print(li); print(lu); print(ll); print(lul); print(lb); printb(lf); printb(ld); print(l12.a + l12.b[0] + l12.b[1] + l12.c); print(l24.a + l24.b.a + l24.b.b + l24.e); printb(l24.d); print(bf.a); print((int)bf.b); print(bf.c); print((int)bf.d); print(bf.e); print((int)bf.f); print(bf.g); print((int)bf.h); print(un.l & 0xffffffff); printb(sf.f); print(lar[0] ^ lar[1] ^ lar[2] ^ lar[3]); print(walk);
  print(gc + guc + gs + gus); print(gi); print(gu); print(gl); print(gul); print(gb); printb(gf); printb(gd); print(g12.a ^ g12.b[0] ^ g12.b[1] ^ g12.c); print(g24.a ^ g24.b.a ^ g24.b.b ^ g24.e); printb(g24.d); print(gbits.a ^ (int)gbits.b ^ gbits.c ^ (int)gbits.d ^ gbits.e ^ (int)gbits.f ^ gbits.g ^ (int)gbits.h); print(gun.l); printb(gda[0]); printb(gda[1]); printb(gda[3]);
  { u32 h = 1; int j; for (j = 0; j < 8; j++) h = h * 31 + gar[j]; for (j = 0; j < 16; j++) h = h * 31 + gbytes[j]; for (j = 0; j < 12; j++) h = h * 31 + grid[j / 4][j % 4]; for (j = 0; j < 3; j++) h = h * 31 + recs[j].a + recs[j].b[0] + recs[j].b[1] + recs[j].c; print(h); }`;

class Generator extends RandomText {
  private labels = 0;
  constructor(seed: number) {
    super(seed, 4);
  }

  private integerConstant(): string {
    const n = this.below(9);
    if (n < 4) return String(this.below(300) - 150).replace(/^-(.*)/, '(-$1)');
    return this.one([
      '2147483647',
      '(-2147483647 - 1)',
      '4294967295u',
      '65535',
      '0x7fffffffffffffffLL',
      '0x8000000000000000ULL',
      '255u',
      '1LL',
      "'\\xfe'",
      "'q'",
      '0x80',
      '32768',
      '(i16)40000',
      'sizeof(struct S24)',
      '0xffu',
      '4294967296',
    ]);
  }
  private floatConstant(): string {
    return this.one(['0.5', '3.0f', '1e10', '-2.75', '0.1', '0.1f', '1e-3', '16777217.0', '(float)16777217', '7', '0.0', '123456789.0f']);
  }

  /** Integer expression of any width. `constant`: only what a static initialiser may hold. */
  integer(depth: number, constant = false): string {
    if (depth <= 0 || this.below(7) === 0) {
      if (constant || this.below(3) === 0) return this.integerConstant();
      if (this.below(6) === 0) {
        const [place, cast] = this.one(UNSIGNED_BITS);
        return `${cast}${place}`;
      }
      return this.one(INT_PLACES);
    }
    const e = (): string => this.integer(depth - 1, constant);
    switch (this.below(constant ? 9 : 17)) {
      case 0:
      case 1:
        return `(${e()} ${this.one(['+', '-', '*', '&', '|', '^'])} ${e()})`;
      case 2:
        return `(${e()} ${this.one(['<', '<=', '>', '>=', '==', '!='])} ${e()})`;
      case 3:
        return `(${e()} ${this.one(['<<', '>>'])} (${e()} & ${this.one(['7', '15', '31'])}))`;
      case 4:
        return `(${e()} ${this.one(['/', '%'])} ((${e()} & 1023) + 1))`;
      case 5:
        return `${this.one(['-', '~', '!', '+'])}(${e()})`;
      case 6:
        return `(${this.one([...INTEGERS, '_Bool'])})(${e()})`;
      case 7:
        return `(${e()} ? ${e()} : ${e()})`;
      case 8:
        return constant ? `(${e()} ${this.one(['&&', '||'])} ${e()})` : `(${e()} ${this.one(['&&', '||'])} ${e()})`;
      case 9:
        return this.one([
          `pick((int)(${e()}), (int)(${e()}))`,
          `low((int)(${e()}))`,
          `mid(${e()})`,
          `wide((int)(${e()}), (u32)(${e()}))`,
          `odd(${e()})`,
        ]);
      case 10:
        return this.one([
          `toint(${this.float(depth - 1)})`,
          `toi64(${this.float(depth - 1)})`,
          `(${this.float(depth - 1)} ${this.one(['<', '>=', '==', '!='])} ${this.float(depth - 1)})`,
        ]);
      case 11:
        return `ops[${e()} & 3]((int)(${e()}), (int)(${e()}))`;
      case 12:
        return this.one([
          `sum1(mk1((int)(${e()})), mk2((int)(${e()})), mk3((int)(${e()})))`,
          `sum2(mk12((int)(${e()})), (int)(${e()}), mk24(${e()}), g24.b)`,
          `sum2(*p12, ${this.below(50)}, l24, mk4((int)(${e()})))`,
        ]);
      case 13:
        return `vsum(2, (int)(${e()}), (i64)(${e()}), ${this.float(depth - 1, true)}, (int)(${e()}), (i64)(${e()}), ${this.float(depth - 1, true)})`;
      case 14:
        return this.one([
          `mk12((int)(${e()})).b[1]`,
          `mk24(${e()}).b.b`,
          `mk8((int)(${e()})).b`,
          `(${e()} ? l12 : *p12).a`,
          `(&recs[${e()} & 1])[1].c`,
          `text[(u32)(${e()}) % 20]`,
          `"constant"[${e()} & 7]`,
        ]);
      case 15:
        return this.one([
          `(int)(pi - lar - (pi - lar) + (&gar[5] - gp))`,
          `(gp + 2 > &gar[(${e()}) & 7])`,
          `(u32)((u8 *)&recs[2] - (u8 *)recs)`,
          `rec((int)(${e()}) & 7, (int)(${e()}))`,
          `(int)sizeof(grid[(${e()}) & 1])`,
          `(!pi || *pi)`,
        ]);
      default:
        return `((void)(${e()}), ${e()})`;
    }
  }

  /** Floating expression. `promoted`: surely of type double. */
  float(depth: number, promoted = false): string {
    if (promoted) return `(double)(${this.float(depth)})`;
    if (depth <= 0 || this.below(6) === 0) return this.below(3) ? this.one(FLOAT_PLACES) : this.floatConstant();
    const e = (): string => this.float(depth - 1);
    switch (this.below(7)) {
      case 0:
      case 1:
        return `(${e()} ${this.one(['+', '-', '*', '/'])} ${e()})`;
      case 2:
        return `${this.one(['(float)', '(double)', '-'])}(${e()})`;
      case 3:
        return this.one([
          `(double)(${this.integer(depth - 1)})`,
          `(float)(${this.integer(depth - 1)})`,
          `(${e()} + ${this.integer(depth - 1)})`,
        ]);
      case 4:
        return `(${this.integer(depth - 1)} ? ${e()} : ${this.one([e(), this.integer(depth - 1)])})`;
      case 5:
        return this.one([
          `half((float)(${e()}))`,
          `mixed((u8)(${this.integer(depth - 1)}), (float)(${e()}), mid(${this.integer(depth - 1)}), ${e()}, ${this.below(99)})`,
        ]);
      default:
        return this.one([
          `sumf(mkf((float)(${e()})), mkd(${e()}), mk8((int)(${this.integer(depth - 1)})))`,
          `mkd(${e()}).d`,
          `mkf((float)(${e()})).g`,
        ]);
    }
  }

  private assignment(): string {
    switch (this.below(12)) {
      case 0:
        return `${this.one(FLOAT_PLACES)} ${this.one(['=', '+=', '-=', '*='])} ${this.float(3)};`;
      case 1:
        return `${this.one(UNSIGNED_BITS)[0]} ${this.one(['=', '+=', '^='])} (int)(${this.integer(2)});`;
      case 2: {
        const place = this.one(INT_PLACES);
        return `${place} ${this.one(['<<=', '>>='])} (${this.integer(2)}) & 7;`;
      }
      case 3:
        return `${this.one(INT_PLACES)} ${this.one(['/=', '%='])} ((${this.integer(2)}) & 255) + 1;`;
      case 4:
        return `walk ${this.one(['+=', '^=', '='])} ${this.one(['', '-', '~'])}(${this.one(['++', '--'])}${this.one(INT_PLACES.filter((p) => !/^[lg]b$/.test(p)))});`;
      case 5:
        return `walk = walk * 3 + ${this.one(INT_PLACES.filter((p) => !/^[lg]b$/.test(p)))}${this.one(['++', '--'])};`;
      case 6:
        return this.one([
          `*p12 = mk12((int)(${this.integer(2)}));`,
          'g12 = *p12;',
          'l24 = *pg;',
          `g24.b = mk4((int)(${this.integer(2)}));`,
          `*pb = gbits;`,
          'recs[0] = recs[lc & 1];',
          `l12 = (${this.integer(1)}) ? g12 : recs[1];`,
          `un = (union U){ .s = { 5, (u16)(${this.integer(2)}) } };`,
          `sf = mkf((float)(${this.float(2)}));`,
        ]);
      case 7:
        return this.one([
          `*cursor++ = (u8)(${this.integer(2)}); if (cursor == gbytes + 16) cursor = gbytes;`,
          `gp = &gar[(${this.integer(2)}) & 7] - 0; if (gp == gar + 7) gp--;`,
          `pi = (${this.integer(2)}) & 1 ? lar : &lar[2];`,
          `pd = (${this.integer(2)}) & 1 ? &gd : &l24.d;`,
        ]);
      case 8:
        return `${this.one(['ll', 'gi', 'lus'])} = ${this.integer(2)} ${this.one(['&&', '||'])} (${this.one(['lul', 'gs', 'lc'])} = ${this.integer(2)}) > 3;`;
      default:
        return `${this.one(INT_PLACES)} ${this.one(['=', '=', '=', '+=', '-=', '*=', '&=', '|=', '^='])} ${this.integer(4)};`;
    }
  }

  statement(depth: number): string {
    if (depth <= 0) return this.assignment();
    const s = (): string => this.statement(depth - 1);
    const c = (): string =>
      this.below(4)
        ? this.integer(2)
        : this.below(2)
          ? this.integer(1, true)
          : `${this.integer(1)} ${this.one(['&&', '||'])} ops[1]((int)(${this.integer(1)}), 3)`;
    const label = `L${this.labels++}`;
    switch (this.below(12)) {
      case 0:
        return `if (${c()}) { ${s()} } else { ${s()} ${s()} }`;
      case 1:
        return `if (${c()}) { ${s()} }`;
      case 2:
        return `{ int j; for (j = 0; j < ${this.below(5)}; j++) { ${s()} if (${c()}) continue; ${s()} if ((${c()}) && j) break; walk += j; } }`;
      case 3:
        return `{ int n = ${this.below(4)}; while (n-- > 0) { ${s()} if (${c()}) { walk ^= n; ${this.one(['continue;', 'break;', ''])} } ${s()} } }`;
      case 4:
        return `{ int n = 3; do { ${s()} if (${c()}) continue; walk++; } while (--n && (${c()})); }`;
      case 5: {
        const wideSwitch = this.below(2);
        return `switch (${wideSwitch ? `(i64)(${this.integer(2)}) & 0x10000000fLL` : `(${this.one(['int', 'u8', 'i16'])})(${this.integer(3)}) & 15`}) { case 0: ${s()} case 3: ${s()} break; case ${wideSwitch ? '0x100000001LL' : '1'}: case 7: walk += 5; default: ${s()} break; case 12: { ${s()} } case 15: if (${c()}) break; ${s()} }`;
      }
      case 6:
        return `{ int n = ${this.below(9)}; switch (n & 3) { case 0: do { walk += 1; case 3: ${s()} case 2: if (${c()}) walk ^= 9; case 1: walk *= 3; } while ((n -= 4) > 0); } }`;
      case 7:
        return `{ int m = 0; ${label}: if (m++ < 3) { ${s()} if (${c()}) goto ${label}; ${s()} } }`;
      case 8:
        return `if (${c()}) goto ${label}; ${s()} { ${s()} ${label}: ; } ${s()}`;
      case 9:
        return `k = (int)(${this.integer(2)}); { int li = k; struct S12 l12 = mk12(li); ${s()} walk += li ^ l12.b[1]; }`;
      case 10:
        return `{ static int calls${label} = ${this.integer(2, true)}; calls${label} += 3; ${s()} walk ^= calls${label}; }`;
      default:
        return `${s()} ${s()}`;
    }
  }

  program(functions: number): string {
    const statics: string[] = [];
    const shown: string[] = [];
    for (let i = 0; i < functions; i++) {
      const type = this.one([...INTEGERS, '_Bool', 'double', 'float']);
      statics.push(`static ${type} k${i} = ${this.integer(4, true)};`);
      shown.push(type === 'double' || type === 'float' ? `printb(k${i});` : `print(k${i});`);
    }
    const bodies: string[] = [];
    for (let i = 0; i < functions; i++) {
      const statements = Array.from({ length: 2 + this.below(4) }, () => this.statement(3));
      bodies.push(`void f${i}(void) { ${LOCALS.replace(/\bN\b/g, String(i))}\n  ${statements.join('\n  ')}\n  ${DUMP} }`);
    }
    return `${FRAME}${statics.join('\n')}\n${bodies.join('\n')}\nint main(void) { ${shown.join(' ')} ${bodies.map((_, i) => `print(${1000000 + i}); f${i}();`).join(' ')} return 0; }\n`;
  }
}

/** A program of so many functions; the same for the same seed on every machine. */
export function randomProgram(seed: number, functions: number): string {
  return new Generator(seed || 1).program(functions);
}
