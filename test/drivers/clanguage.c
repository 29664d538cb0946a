// C as drivers write it: what MSVC makes of a construct at run time. Structured exceptions are in seh.c.
#include "check.h"
LONG g_Failures;

// ---- alignment of automatic variables
typedef struct DECLSPEC_CACHEALIGN _LINE { LONG a; UCHAR b[60]; } LINE;
typedef struct __declspec(align(32)) _V32 { ULONG64 q[4]; } V32;
C_ASSERT(sizeof(LINE) == 64 && __alignof(LINE) == 64);

static ULONG_PTR Low(const volatile VOID *p, ULONG_PTR mask) { return (ULONG_PTR)p & mask; }

static ULONG64 TakeV32(V32 v, LONG n) {
  CHECK_EQ(Low(&v, 31), 0);
  v.q[3] += n;
  return v.q[0] + v.q[3];
}

static V32 MakeV32(ULONG64 x) {
  V32 v = { { x, x + 1, x + 2, x + 3 } };
  CHECK_EQ(Low(&v, 31), 0);
  return v;
}

static LONG AlignedRecursion(LONG n) {
  __declspec(align(64)) volatile LONG x = n;
  UCHAR odd[3];
  LINE l = { n };
  CHECK_EQ(Low(&x, 63), 0);
  CHECK_EQ(Low(&l, 63), 0);
  odd[0] = (UCHAR)n;
  if (n == 0) return 0;
  LONG r = AlignedRecursion(n - 1);
  CHECK_EQ(x, n);
  CHECK_EQ(l.a, n);
  CHECK_EQ(odd[0], n);
  return r + x;
}

static VOID Alignment(VOID) {
  CHECK_EQ(AlignedRecursion(5), 15);
  __declspec(align(256)) UCHAR page[10] = { 1, 2, 3 };
  CHECK_EQ(Low(page, 255), 0);
  CHECK_EQ(page[2] + page[9], 3);
  V32 v = MakeV32(10);
  CHECK_EQ(TakeV32(v, 5), 10 + 18);
  CHECK_EQ(v.q[3], 13);
  CHECK_EQ(TakeV32((V32){ { 1, 0, 0, 2 } }, 1), 4);
  __declspec(align(32)) LONG scalar = 7;
  scalar++;
  LONG *p = &scalar;
  *p += 2;
  CHECK_EQ(scalar, 10);
  __try {
    __declspec(align(64)) LONG inner = 3;
    CHECK_EQ(Low(&inner, 63), 0);
    scalar = *(volatile LONG *)8;
  } __except (scalar == 10 && Low(&scalar, 31) == 0 ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
    scalar = 11;
  }
  CHECK_EQ(scalar, 11);
}

// ---- constants
static VOID Constants(VOID) {
  CHECK_EQ('gaTp', 0x67615470);
  CHECK_EQ('ab', 0x6162);
  CHECK_EQ('\xff', -1);
  CHECK_EQ(L'\xffff', 0xffff);
  CHECK_EQ(sizeof(L'a'), 2);
  CHECK_EQ(sizeof('a'), 4);
  CHECK_EQ(sizeof(long), 4);
  CHECK_EQ(sizeof(1L << 1), 4);
  CHECK_EQ(sizeof(long double), 8);
  CHECK_EQ(sizeof(L"abc"), 8);
  CHECK_EQ(sizeof(U"abc"), 16);
  CHECK_EQ(U"\U0001F600"[0], 0x1F600);
  CHECK_EQ(u"\U0001F600"[0], 0xD83D);
  CHECK_EQ(L"a" L"b" "c"[0], 'a');
  CHECK_EQ(sizeof("a" "bc"), 4);
  CHECK_EQ(0xFFui8, 255);
  CHECK_EQ(sizeof(1i64), 8);
  CHECK_EQ(0b101, 5);
  CHECK_EQ(4294967295 > 0, 1);       // unsigned long, as in MSVC
  CHECK_EQ(sizeof(4294967295), 4);
  CHECK_EQ(-1 < 1u, 0);
  CHECK_EQ((UCHAR)300, 44);
  CHECK_EQ(__LINE__ > 80, 1);
#define CHARIZE(x) #@x
  CHECK_EQ(CHARIZE(q), 'q');
#define STR(x) #x
#define WSTR(x) L#x
  CHECK_EQ(strcmp(STR(a "b\n" 'c'), "a \"b\\n\" 'c'"), 0);
  CHECK_EQ(wcscmp(WSTR(x y), L"x y"), 0);
  CHECK_EQ(strcmp(__FUNCTION__, "Constants"), 0);
  CHECK_EQ(strcmp("in " __FUNCTION__ "!", "in Constants!"), 0);
}

// ---- records
typedef struct { LONG n; LONG a[0]; } ZERO_TAIL;
typedef struct { LONG n; LONG a[1]; } ONE_TAIL;
typedef struct { LONG n; LONG a[]; } FLEX_TAIL;
static FLEX_TAIL g_Flex = { 2, { 7, 8 } };
typedef struct _INNER { LONG x, y; } INNER;
typedef struct { LONG first; INNER; union { LONG u; struct { SHORT lo, hi; }; }; } OUTER;
#pragma pack(push, tight, 1)
typedef struct { UCHAR c; ULONG l; USHORT s; } PACKED1;
#pragma pack(push, 2)
typedef struct { UCHAR c; ULONG l; USHORT s; } PACKED2;
#pragma pack(pop, tight)
typedef struct { UCHAR c; ULONG l; USHORT s; } NATURAL;
typedef struct { ULONG a : 3, b : 5; UCHAR c : 2; ULONG d : 4; } BITS;
static struct { LONG a, b[4]; struct { LONG x, y; } c; } g_Designated = { .b = { [2] = 5, 6 }, .c.y = 3, .a = 1 };
static LONG g_Sparse[] = { [5] = 1, [0] = 2, 3 };

static VOID Records(VOID) {
  CHECK_EQ(sizeof(ZERO_TAIL), 4);
  CHECK_EQ(sizeof(ONE_TAIL), 8);
  CHECK_EQ(sizeof(FLEX_TAIL), 4);
  CHECK_EQ(g_Flex.a[1], 8);
  OUTER o = { 1, { 2, 3 }, { 0x00050004 } };
  CHECK_EQ(o.x, 2);
  CHECK_EQ(o.y, 3);
  CHECK_EQ(o.lo * 10 + o.hi, 45);
  CHECK_EQ(sizeof(PACKED1), 7);
  CHECK_EQ(sizeof(PACKED2), 8);
  CHECK_EQ(sizeof(NATURAL), 12);
  CHECK_EQ(sizeof(BITS), 12);
  BITS b = { 5, 17, 1, 9 };
  CHECK_EQ(b.a * 1000 + b.b * 10 + b.d, 5179);
  CHECK_EQ(*(ULONG *)&b, 5 | 17 << 3);
  CHECK_EQ(g_Designated.a + g_Designated.b[2] * 10 + g_Designated.b[3] * 100 + g_Designated.c.y * 1000 + g_Designated.b[0], 3651);
  CHECK_EQ(RTL_NUMBER_OF(g_Sparse), 6);
  CHECK_EQ(g_Sparse[0] * 100 + g_Sparse[1] * 10 + g_Sparse[5], 231);
  INNER *literal = &(INNER){ .y = 4 };
  CHECK_EQ(literal->x + literal->y, 4);
  CHECK_EQ(((LONG[]){ 1, 2, 3 })[1], 2);
  CHECK_EQ(FIELD_OFFSET(OUTER, hi), 14);
  ULONG unaligned[2] = { 0x04030201, 0x08070605 };
  CHECK_EQ(*(ULONG UNALIGNED *)((PUCHAR)unaligned + 1), 0x05040302);
}

// ---- functions
typedef LONG BINARY(LONG, LONG);
static BINARY Add, Sub;
static LONG Add(LONG a, LONG b) { return a + b; }
static LONG Sub(LONG a, LONG b) { return a - b; }
static LONG OldStyle(a, b) LONG a; char b; { return a + b; }
static __forceinline LONG _cdecl Forced(LONG a) { return a + 1; }
static LONG Sum(LONG n, ...) {
  va_list ap, again;
  LONG s = 0;
  va_start(ap, n);
  again = ap;
  while (n--) s += va_arg(ap, LONG);
  s += va_arg(again, LONG) * 100;
  va_end(ap);
  return s;
}
static LONG Counted(VOID) { static LONG calls; return ++calls; }
static LONG Before(VOID) { return Later(2); } // C4013: int Later() is assumed
int Later(int x) { return x * 21; }
#define LOGGED(fmt, ...) Sum(1, 5, __VA_ARGS__)
#define ELIDED(n, ...) Sum(n, ##__VA_ARGS__)
#define PASS(...) Add(__VA_ARGS__)

static VOID Functions(VOID) {
  BINARY *table[] = { Add, &Sub, *Add };
  CHECK_EQ(table[0](5, 3) * 100 + (*table[1])(5, 3) * 10 + (**table[2])(1, 1), 822);
  CHECK_EQ(OldStyle(1, 'A' + 256), 66);
  CHECK_EQ(Forced(1), 2);
  CHECK_EQ(Sum(3, 1, 2, 3), 106);
  CHECK_EQ(LOGGED("x"), 505);
  CHECK_EQ(ELIDED(1, 4, 5), 404);
  CHECK_EQ(PASS(1, 2), 3);
  Counted();
  CHECK_EQ(Counted(), 2);
  CHECK_EQ(Before(), 42);
  PUCHAR p = _alloca(100), q = _alloca(1);
  p[99] = 3;
  q[0] = 4;
  CHECK_EQ(p[99] + q[0], 7);
  CHECK_EQ(((ULONG_PTR)p & 15) | ((ULONG_PTR)q & 15), 0);
  CHECK_EQ(_Generic(1L, LONG: 1, default: 2), 1);
  CHECK_EQ(_Generic((ULONG64)1, ULONG: 1, ULONG64: 3, default: 2), 3);
  LONG n = 3, r = 0;
  switch (n) {
    case 0:
      do {
        r++;
        case 3: r += 10;
        n--;
        default:;
      } while (n > 0);
  }
  CHECK_EQ(r, 32);
  _assume(r == 32);
  __assume(r);
  __noop(r++);
  CHECK_EQ(r, 32);
}

TEST_ENTRY {
  Alignment();
  Constants();
  Records();
  Functions();
  return RESULT();
}
