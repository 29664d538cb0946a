// What a program of csmith includes as "csmith.h", written by us: fixed-width types, the total ("safe") arithmetic it calls, and checksums that print
// every value instead of hashing it, so that a difference names its variable. The same text serves gcc and our machine; only the two routines that print
// differ. And `adapt`: the few words of a program that mean different things to gcc on Linux and to MSVC are rewritten.

const WIDTHS = [8, 16, 32, 64] as const;

function wrappers(): string {
  const out: string[] = [];
  for (const w of WIDTHS)
    for (const s of ['s', 'u'] as const) {
      const t = s === 's' ? `int${w}_t` : `uint${w}_t`;
      const name = (op: string, suffix: string): string => `static ${t} safe_${op}_func_${t}_${suffix}`;
      const two = `(${t} a, ${t} b)`;
      out.push(`${name('unary_minus', s)}(${t} a) { return (${t})-a; }`);
      // 16-bit products overflow int: through unsigned, as gcc would be right to do anything
      for (const [op, c] of [
        ['add', '+'],
        ['sub', '-'],
        ['mul', '*'],
      ])
        out.push(`${name(op, `${s}_${s}`)}${two} { return (${t})(${c === '*' && w < 32 ? '(uint32_t)' : ''}a ${c} b); }`);
      const trap = s === 's' ? ` || (a == (${t})(1ULL << ${w - 1}) && b == -1)` : '';
      for (const [op, c] of [
        ['div', '/'],
        ['mod', '%'],
      ])
        out.push(`${name(op, `${s}_${s}`)}${two} { return b == 0${trap} ? a : (${t})(a ${c} b); }`);
      for (const [op, c] of [
        ['lshift', '<<'],
        ['rshift', '>>'],
      ])
        for (const [right, r, bad] of [
          ['int', 's', `b < 0 || b >= ${w}`],
          ['unsigned', 'u', `b >= ${w}`],
        ])
          out.push(`${name(op, `${s}_${r}`)}(${t} a, ${right} b) { return ${bad} ? a : (${t})(a ${c} b); }`);
    }
  for (const t of ['float', 'double']) {
    // a result that is not finite becomes one that is: the sign of a NaN is the processor's affair
    for (const [op, c] of [
      ['add', '+'],
      ['sub', '-'],
      ['mul', '*'],
      ['div', '/'],
    ])
      out.push(`static ${t} safe_${op}_func_${t}_f_f(${t} a, ${t} b) { ${t} r = a ${c} b; return r - r == 0 ? r : a; }`);
  }
  return out.join('\n');
}

const COMMON = `
typedef signed char int8_t; typedef unsigned char uint8_t; typedef short int16_t; typedef unsigned short uint16_t;
typedef int int32_t; typedef unsigned uint32_t; typedef long long int64_t; typedef unsigned long long uint64_t;
${wrappers()}
static uint32_t crc32_context = 0xFFFFFFFFu;
static void crc32_gentab(void) {}
static void platform_main_begin(void) {}
static void mix(uint64_t v) { int i; for (i = 0; i < 8; i++) { crc32_context = (crc32_context ^ (uint8_t)(v >> (i * 8))) * 16777619u; } }
static void transparent_crc(uint64_t v, const char *name, int flag) { mix(v); show(name, v); }
static void transparent_crc_bytes(void *p, int n, const char *name, int flag) { int i; uint64_t v = 0; for (i = 0; i < n; i++) v = v << 8 | ((uint8_t *)p)[i]; mix(v); show(name, v); }
static void platform_main_end(uint32_t crc, int flag) { show("checksum", crc); }
#define printf(...) 0
#define main csmith_main
`;

/** Before the program for our machine; the harness declares `print`. */
const OUR_RUNTIME = `static void show(const char *name, unsigned long long v) { print((long long)v); }${COMMON}`;
/** Before the program for gcc: a line is a value, a blank and the variable's name. */
const GCC_RUNTIME = `#include <stdio.h>
static void show(const char *name, unsigned long long v) { printf("%lld %s\\n", (long long)v, name); }${COMMON}`;
const OUR_END = '\n#undef main\nint main(void) { csmith_main(); return 0; }\n';

/**
 * The two texts of one program. `long` is 4 bytes with MSVC: constants with the suffix L lose it for gcc (the same type there). Bit-fields of type
 * unsigned and less than 32 bits stay unsigned in expressions with MSVC and become int with gcc: they get a smaller unsigned type, which both promote to
 * int, or become signed.
 */
export function adapt(program: string): { ours: string; gcc: string } {
  const text = program
    .replace(/^#include ("csmith.h"|<float.h>|<math.h>)$/gm, '')
    .replace(/\bunsigned(\s+f\d+ : )(\d+);/g, (_, field: string, bits: string) => {
      const n = Number(bits);
      return `${n <= 8 ? 'uint8_t' : n <= 16 ? 'uint16_t' : n < 32 ? 'signed' : 'unsigned'}${field}${bits};`;
    });
  return {
    ours: OUR_RUNTIME + text + OUR_END,
    gcc: `${GCC_RUNTIME}${text.replace(/\b(0x[0-9A-F]+|\d+)(U?)L\b/g, '$1$2')}${OUR_END}`,
  };
}
