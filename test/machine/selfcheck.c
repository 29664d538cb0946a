/* A self-checking program for the machine: every CHECK that fails reports its line. Two threads run it at once under pre-emption, so everything but
   the lock-protected counters is on the stack or per thread. Routines of the test: check, note, enumerate, probe, raise_status, raise_continuable, yield. */

typedef unsigned char UCHAR;
typedef unsigned long ULONG;
typedef unsigned __int64 ULONG64;

void check(int ok, int line);
void note(int thread, int value);
int enumerate(int (*callback)(int, void *), void *context, int count);
int probe(const void *address);
__declspec(noreturn) void raise_status(ULONG status);
int raise_continuable(ULONG status, ULONG64 parameter);
void yield(void);

#define CHECK(x) check((x) ? 1 : 0, __LINE__)
#define EXECUTE 1
#define SEARCH 0
#define RESUME -1
#define CODE() ((ULONG)_exception_code())
#define ACCESS_VIOLATION 0xC0000005UL

typedef struct { ULONG Code, Flags; void *Record; void *Address; ULONG Count; ULONG64 Information[15]; } EXCEPTION_RECORD;
typedef struct { EXCEPTION_RECORD *ExceptionRecord; UCHAR *ContextRecord; } EXCEPTION_POINTERS;
typedef struct { int order[32]; int count; } LOG;

static int divisor = 0;
static volatile long lock;
static int shared;
static int table[64];
const int constant = 5;

static void add(LOG *log, int v) { log->order[log->count++ & 31] = v; }
static int same(LOG *log, int n, const int *expected) {
  int i;
  if (log->count != n) return 0;
  for (i = 0; i < n; i++) if (log->order[i] != expected[i]) return 0;
  return 1;
}

/* ---- arithmetic and access faults */
static void faults(void) {
  int r = 0; int zero = divisor; int least = (int)0x80000000;
  __try { r = 10 / zero; r = 99; } __except (CODE() == 0xC0000094UL ? EXECUTE : SEARCH) { r += 1; }
  CHECK(r == 1);
  __try { r = least % (zero - 1); r = 99; } __except (CODE() == 0xC0000095UL ? EXECUTE : SEARCH) { r += 1; }
  CHECK(r == 2);
  __try { *(int *)0 = 1; r = 99; } __except (EXECUTE) { r += CODE() == ACCESS_VIOLATION; }
  CHECK(r == 3);
  __try { *(int *)&constant = 6; r = 99; } __except (EXECUTE) { r += 1; }
  CHECK(r == 4 && constant == 5);
  __try { ((void (*)(void))0)(); r = 99; } __except (EXECUTE) { r += 1; }
  CHECK(r == 5);
  __try { ((void (*)(void))&table[1])(); r = 99; } __except (EXECUTE) { r += 1; }
  CHECK(r == 6);
  __try { r += *(ULONG64 *)0x7000000000000000 ? 5 : 6; r = 99; } __except (EXECUTE) { r += 1; }
  CHECK(r == 7);
}

static int look(EXCEPTION_POINTERS *p, ULONG code, ULONG write, ULONG64 address) {
  EXCEPTION_RECORD *r = p->ExceptionRecord;
  CHECK(r->Code == code && r->Code == ACCESS_VIOLATION);
  CHECK(r->Count == 2 && r->Information[0] == write && r->Information[1] == address);
  CHECK(r->Address != 0 && r->Flags == 0);
  return EXECUTE;
}
static void information(void) {
  int seen = 0;
  __try { *(char *)0x1235 = 1; } __except (look(_exception_info(), CODE(), 1, 0x1235)) { seen++; }
  __try { seen += *(short *)0x4321; } __except (look(_exception_info(), CODE(), 0, 0x4321)) { seen++; }
  CHECK(seen == 2);
}

/* ---- search and unwind */
static void level3(LOG *log, int fault) { __try { add(log, 3); if (fault) *(int *)8 = 0; } __finally { add(log, _abnormal_termination() ? 30 : 31); } }
static void level2(LOG *log, int fault) { __try { __try { level3(log, fault); } __finally { add(log, 20); } } __except (add(log, 22), SEARCH) { add(log, 99); } add(log, 21); }
static void level1(LOG *log, int fault) { __try { level2(log, fault); } __finally { __try { raise_status(0xE0000010); } __except (CODE() == 0xE0000010UL) { add(log, 10); } } }
static void order(void) {
  LOG log; static const int with[] = { 3, 22, 30, 20, 10, 1 }; static const int without[] = { 3, 31, 20, 21, 10 };
  log.count = 0;
  __try { level1(&log, 1); add(&log, 99); } __except (EXECUTE) { add(&log, 1); CHECK(CODE() == ACCESS_VIOLATION); }
  CHECK(same(&log, 6, with));
  log.count = 0;
  __try { level1(&log, 0); } __except (EXECUTE) { add(&log, 99); }
  CHECK(same(&log, 5, without));
}

/* an exception in a finally body replaces the one that is being unwound */
static void collide(LOG *log) { __try { add(log, 1); raise_status(0xE0000001); } __finally { add(log, 2); raise_status(0xE0000002); } }
static void collided(void) {
  LOG log; ULONG code = 0; static const int expected[] = { 1, 2, 3 };
  log.count = 0;
  __try { __try { collide(&log); } __finally { add(&log, 3); } } __except (EXECUTE) { code = CODE(); }
  CHECK(code == 0xE0000002UL);
  CHECK(same(&log, 3, expected));
}
/* a nested unwind in a finally body that ends by itself, while the outer one waits in the same frame */
static void nested(void) {
  LOG log; static const int expected[] = { 1, 2, 3, 4, 5, 6 };
  log.count = 0;
  __try {
    __try { add(&log, 1); raise_status(0xE0000001); }
    __finally {
      __try { __try { add(&log, 2); raise_status(0xE0000002); } __finally { add(&log, 3); } } __except (EXECUTE) { add(&log, CODE() == 0xE0000002UL ? 4 : 99); }
      add(&log, 5);
    }
  } __except (EXECUTE) { add(&log, CODE() == 0xE0000001UL ? 6 : 98); }
  CHECK(same(&log, 6, expected));
}
/* a filter whose callee faults and recovers; then a filter that faults itself: the nested search asks the same filter again, as on x64 */
static int careful(int *where) { int r; __try { r = *where; } __except (EXECUTE) { r = 41; } return r; }
static void filters(void) {
  int local = 1; int r = 0;
  __try { *(int *)0 = 0; } __except (local += careful(0), local == 42) { r = 1; }
  CHECK(r == 1 && local == 42);
  local = 0;
  __try { __try { raise_status(0xE0000003); } __except (local++ ? SEARCH : 1 / divisor) { r = 99; } } __except (CODE() == 0xC0000094UL) { r = 2; }
  CHECK(r == 2 && local == 2);
}

static int again(int *n) { return ++*n < 4 ? RESUME : EXECUTE; }
static int resume(int *calls, ULONG64 parameter) { ++*calls; CHECK(parameter == 0x123456789abcULL); return RESUME; }
static void continuation(void) {
  int n = 0; int r = 0;
  __try { *(int *)0x10 = 1; r = 99; } __except (again(&n)) { r = 1; }
  CHECK(r == 1 && n == 4);
  n = 0;
  __try { r = raise_continuable(0xE0000004, 0x123456789abcULL); } __except (resume(&n, ((EXCEPTION_POINTERS *)_exception_info())->ExceptionRecord->Information[0])) { r = 99; }
  CHECK(r == 17 && n == 1);
  n = 0; /* not continuable: resuming raises another exception */
  __try { __try { raise_status(0xE0000005); } __except (n++ < 1 ? RESUME : SEARCH) { r = 99; } } __except (EXECUTE) { r = CODE() == 0xC0000025UL ? 3 : 98; }
  CHECK(r == 3);
}

/* ---- routines between C frames */
typedef struct { LOG *log; int limit; } VISIT;
static int visit(int index, void *context) {
  VISIT *v = context;
  __try { if (index == v->limit) *(volatile int *)4 = 1; add(v->log, index); } __finally { if (_abnormal_termination()) add(v->log, 77); }
  return index < 3;
}
static void routines(void) {
  LOG log; VISIT v; int n; static const int whole[] = { 0, 1, 2, 3 }; static const int part[] = { 0, 1, 77, 88, 5 };
  log.count = 0; v.log = &log; v.limit = -1;
  n = enumerate(visit, &v, 10);
  CHECK(n == 4 && same(&log, 4, whole));
  log.count = 0; v.limit = 2;
  __try { __try { enumerate(visit, &v, 10); } __finally { add(&log, 88); } } __except (EXECUTE) { add(&log, 5); }
  CHECK(same(&log, 5, part));
  n = 7; CHECK(probe(&n) == 7);
  n = 0; __try { probe((void *)0x20); } __except (CODE() == ACCESS_VIOLATION) { n = 1; }
  CHECK(n == 1);
  n = 0; __try { enumerate((int (*)(int, void *))&table[2], 0, 1); } __except (EXECUTE) { n = 1; }
  CHECK(n == 1);
}

/* ---- ways out */
static int leave(LOG *log, int how) {
  int i;
  for (i = 0; i < 4; i++) {
    __try {
      __try {
        if (i == 1 && how == 1) continue;
        if (i == 2 && how == 2) break;
        if (i == 2 && how == 3) return 100 + i;
        if (i == 2 && how == 4) goto out;
        if (i == 2 && how == 5) __leave;
        add(log, i);
      } __finally { add(log, 10 + i); }
    } __finally { add(log, 20 + i); }
  }
  return i;
out:
  return -1;
}
static void exits(void) {
  LOG log; int results[6]; int counts[6]; int how; static const int r[] = { 4, 4, 2, 102, -1, 4 }; static const int c[] = { 12, 11, 8, 8, 8, 11 };
  for (how = 0; how < 6; how++) { log.count = 0; results[how] = leave(&log, how); counts[how] = log.count; }
  for (how = 0; how < 6; how++) { CHECK(results[how] == r[how]); CHECK(counts[how] == c[how]); }
}

/* ---- calls */
static int deep(int n) { int a[4]; a[n & 3] = n; yield(); if (n == 0) raise_status(0xE0000006); return deep(n - 1) + a[n & 3]; }
static int sum(int n) { return n ? n + sum(n - 1) : 0; }
static int total(int n, ...) { int s = 0; char *p = (char *)&n; while (n-- > 0) { p += 8; s += *(int *)p; } return s; }
static int apply(int (*f)(int), int n) { return f(n); }
typedef struct { int a, b, c; double d; } BIG;
static BIG swap(BIG in) { BIG out; out = in; out.a = in.c; out.c = in.a; in.b = 0; return out; }
static void calls(void) {
  BIG b = { 1, 2, 3, 4.5 }; BIG s;
  __try { deep(30); } __except (CODE() == 0xE0000006UL) { b.b++; }
  CHECK(b.b == 3);
  CHECK(sum(100) == 5050 && apply(sum, 10) == 55);
  CHECK(total(3, 10, 20, 30) == 60);
  s = swap(b);
  CHECK(s.a == 3 && s.c == 1 && s.b == 3 && s.d == 4.5 && b.a == 1);
}

/* ---- two threads */
static void acquire(void) { while (_InterlockedExchange(&lock, 1)) yield(); }
static void release(void) { _InterlockedExchange(&lock, 0); }
static void threads(int thread) {
  int i;
  for (i = 0; i < 20; i++) {
    acquire();
    __try { int old = shared; yield(); shared = old + 1; if (i & 1) *(int *)0 = 1; } __except (EXECUTE) { table[i] += thread; }
    release();
    note(thread, i);
  }
}

int main(int thread) {
  faults(); information(); order(); collided(); nested(); filters(); continuation(); routines(); exits(); calls(); threads(thread);
  return 1000 + thread;
}
