// C programs that print what they compute; the tests compare with gcc and with themselves under pre-emption at every step.
// No undefined behaviour, no size of long (the native side has `long` = int), plain types.

export const PROGRAMS: Record<string, string> = {
  arithmetic: `
    int gi = 5; unsigned gu = 7; long long gl = -9; signed char sc = -3; unsigned char uc = 250; short ss = -300; unsigned short us = 65000;
    int main(void) {
      int a = -17, b = 5; unsigned ua = 4000000000u; long long la = -12345678901234LL; unsigned long long ul = 0xfedcba9876543210ULL;
      print(a / b); print(a % b); print(a * b); print(a << 3); print(a >> 2); print(ua / 3); print(ua >> 4); print(ua % 7);
      print(la / 1000); print(la % 1000); print(la >> 5); print((long long)(ul / 10)); print((long long)(ul >> 60)); print((long long)(ul % 1000));
      print(a & b); print(a | b); print(a ^ b); print(~a); print(-a); print(!a); print(!0);
      print(sc + uc); print(sc * us); print(ss - us); uc += 10; print(uc); sc -= 126; print(sc); us++; print(us); ss *= 200; print(ss);
      uc = uc << 3; print(uc); print((unsigned char)(a)); print((signed char)0x1ff); print((short)0x18000); print((unsigned short)-1);
      print((long long)(unsigned)a); print((long long)a); print((int)la); print((unsigned)la);
      print(a < b); print((unsigned)a < (unsigned)b); print(la < a); print(ua > 1); print(gl == -9); print(gi != 5);
      print(gi += gu); print(gl -= gi); print(gi <<= 2); print(gi >>= 1); print(gi %= 7); print(gl *= gl); print(gu ^= 0x55); print(gu |= 0x100); print(gu &= ~1);
      print(gi++ + ++gi); print(gi-- - 3); print(--gi);
      print(a > 0 ? 1 : -1); print(a < 0 && b > 0); print(a > 0 || b < 0); print((a, b));
      print(1 << (b & 31)); print(1LL << 40); print(0x80000000u >> 31); print((int)0x80000000 >> 31);
      return a + b;
    }`,
  floats: `
    double gd = 1.5; float gf = 2.25f;
    double half(double x) { return x / 2; } float third(float x) { return x / 3.0f; }
    int main(void) {
      double d = 3.7, e = -2.5; float f = 0.1f; int i = -7; unsigned u = 4000000000u; long long l = 1LL << 53; unsigned long long ul = 0xffffffffffffff00ULL;
      printd(d + e); printd(d * e); printd(d / e); printd(f * 3); printd(gd + gf); printd(half(7)); printd(third(10)); printd((float)d);
      printd(i); printd(u); printd(l); printd(ul); printd((float)u); print((int)d); print((int)e); print((unsigned char)d); print((long long)(d * 1e10)); print((unsigned)3e9);
      print(d > e); print(d == 3.7); print(f == 0.1); print(e < 0 ? 1 : 2); print(!d); print(d && e);
      d += 1; printd(d); d++; printd(d); gf *= 2; printd(gf); i += 2.9; print(i); printd(-d); d = f; printd(d); printd(1 ? 1 : 2.5);
      float a[4] = { 1, 2.5f }; printd(a[0] + a[1] + a[2]); gd = i / 2; printd(gd);
      return (int)(d * 100);
    }`,
  control: `
    int classify(int x) { switch (x) { case 0: return 100; case 1: case 2: return 200; case 5: x += 3; case 6: x += 10; break; default: x = -x; } return x; }
    int sparse(unsigned x) { switch (x) { case 0xC0000005: return 1; case 0: return 2; case 0x103: return 3; case 70000: return 4; } return 5; }
    int wide(long long x) { switch (x) { case -1: return 1; case 0x100000000LL: return 2; case 0: return 3; case 1: return 4; case 2: return 6; } return 5; }
    int dense(int x) { int r = 0; switch (x - 3) { case 0: r += 1; case 1: r += 2; case 2: r += 4; break; case 3: r = 50; break; case 4: { int k; for (k = 0; k < 3; k++) { if (k == 2) break; r++; } break; } case 7: r = 9; default: r += 1000; } return r; }
    int duff(int n) { int c = 0, i = (n + 3) / 4; switch (n % 4) { case 0: do { c += 1; case 3: c += 10; case 2: c += 100; case 1: c += 1000; } while (--i > 0); } return c; }
    int gotos(int n) { int s = 0; int i = 0;
      again: if (i >= n) goto done; s += i; i++; if (i == 3) goto again; s += 100; goto again;
      done: return s; }
    int into(int n) { int i = 0, s = 0; if (n > 5) goto middle; for (i = 0; i < n; i++) { s += 1; middle: s += 10; if (s > 500) break; } return s * 100 + i; }
    int nested(int n) { int i, j, s = 0; for (i = 0; i < n; i++) { for (j = 0; j < n; j++) { if (j == 3) continue; if (i == 4) goto out; if (i * j > 6) break; s += i * j; } s += 1000; } out: return s; }
    int main(void) {
      int i; for (i = -1; i < 9; i++) print(classify(i)); print(sparse(0xC0000005)); print(sparse(0)); print(sparse(0x103)); print(sparse(70000)); print(sparse(9));
      print(wide(-1)); print(wide(0x100000000LL)); print(wide(0)); print(wide(1)); print(wide(2)); print(wide(3)); for (i = 0; i < 14; i++) print(dense(i));
      for (i = 1; i < 12; i++) print(duff(i)); print(gotos(10)); print(into(3)); print(into(9)); print(nested(7));
      int n = 0; while (1) { if (++n > 10) break; if (n & 1) continue; n += 2; } print(n); do { n -= 3; if (n == 2) continue; } while (n > 0); print(n); do n++; while (0); print(n);
      for (;;) { n++; if (n > 20) break; } print(n); { int k = 3; { int k = 4; n += k; } n += k; } print(n);
      if (n) ; else n = 3; for (i = 0; i < 3; i++) ; print(i); int x = 5; x = x > 3 ? x < 10 ? 1 : 2 : 3; print(x);
      int c = 0; for (i = 0; i < 20; i++) if (i % 3 == 0 && (i % 2 == 0 || i > 10) && !(i == 18)) c += i; print(c);
      return n;
    }`,
  pointers: `
    struct node { struct node *next; int value; char tag[3]; }; struct node pool[10]; int arr[5] = { 1, 2, 3 }; int grid[3][4];
    char *msg = "hello"; const char text[] = "abc\\0def"; int *pa = &arr[1]; char *names[] = { "one", "two", "three" }; int len(const char *s) { const char *p = s; while (*p) p++; return (int)(p - s); }
    void swap(int *a, int *b) { int t = *a; *a = *b; *b = t; } int sum(int *p, int n) { int s = 0; while (n--) s += *p++; return s; }
    int deref(int **pp) { return **pp + (*pp)[1]; }
    int main(void) {
      int i; struct node *head = 0; for (i = 0; i < 10; i++) { pool[i].value = i * i; pool[i].next = head; pool[i].tag[i % 3] = (char)i; head = &pool[i]; }
      int s = 0; struct node *p; for (p = head; p; p = p->next) s += p->value; print(s); print(pool[4].tag[1]); print(head - pool); print(&pool[7] > &pool[3]);
      print(len(msg)); print(len(names[2])); print(sizeof(text)); print(text[5]); print(*pa); pa++; print(*pa); print(pa[-1]); print(deref(&pa));
      int a = 3, b = 4; swap(&a, &b); print(a * 10 + b); swap(&arr[0], &arr[2]); print(sum(arr, 5)); print(arr[0]);
      for (i = 0; i < 12; i++) grid[i / 4][i % 4] = i; print(grid[2][1]); int (*row)[4] = grid; print((*(row + 1))[2]); print(sizeof(grid)); print(*(*grid + 7));
      int local[6]; for (i = 0; i < 6; i++) local[i] = i; int *q = local + 2; q[1] += 5; *q++ = 77; print(local[2]); print(*q); print(q - local); *(q + 1) = q[0] + q[-1]; print(local[4]);
      char buf[8]; char *d = buf; const char *f = "copy"; while ((*d++ = *f++)) ; print(buf[3]); print(d - buf); char c = 'x'; char *pc = &c; *pc += 1; print(c);
      long long big[2] = { 1, 2 }; long long *pb = big; ++*pb; print(big[0]); (*pb)++; print(pb[0]++ + big[0]); void *v = pb; print(*(long long *)v); print(pb == v); print(pb + 1 != &big[1]);
      unsigned char *bytes = (unsigned char *)&a; a = 0x01020304; print(bytes[0]); print(bytes[3]); *(short *)(bytes + 2) = -1; print(a); int idx = -2; print((local + 4)[idx]); print(2[local]);
      return s;
    }`,
  structs: `
    struct point { int x, y; }; struct big { int a; double d; char name[20]; struct point p; }; struct one { char c; }; struct three { char c[3]; }; union u { int i; float f; unsigned char b[4]; };
    struct bits { unsigned a : 3; unsigned b : 5; int c : 7; unsigned d : 17; unsigned long long e : 40; unsigned long long f : 24; }; struct bits gb; struct big gbig = { 1, 2.5, "name", { 3, 4 } }; struct point gp[2] = { { 1, 2 }, { 3, 4 } };
    struct point mk(int x, int y) { struct point p; p.x = x; p.y = y; return p; } struct big mkbig(int a, struct point p) { struct big b = { a, a * 1.5, "x" }; b.p = p; return b; }
    int area(struct point p) { p.x++; return p.x * p.y; } int total(struct big b) { b.a += 5; return b.a + (int)b.d + b.p.x + b.name[0]; } struct three mk3(int c) { struct three t; t.c[0] = (char)c; t.c[1] = 2; t.c[2] = 3; return t; } int sum3(struct three t) { return t.c[0] + t.c[1] + t.c[2]; } struct one mk1(int c) { struct one o; o.c = (char)c; return o; }
    int main(void) {
      struct point p = { 3, 4 }, q; q = p; q.y = 10; print(area(p)); print(area(q)); print(area(mk(5, 6))); print(mk(7, 8).y); print(p.x);
      struct big b = mkbig(2, p); print(total(b)); print(b.a); printd(b.d); print(b.p.y); struct big c; c = b; c.p.x = 99; print(b.p.x); print(c.p.x); print(total(mkbig(3, mk(1, 2)))); print(mkbig(9, p).p.y); print(sizeof(struct big));
      gbig = c; print(gbig.p.x); print(gbig.name[0]); struct big *pb = &gbig; pb->a++; print(pb->a); (*pb).p = mk(1, 1); print(gbig.p.y); gp[1] = gp[0]; print(gp[1].y); gp[0] = mk(8, 9); print(gp[0].x);
      union u x; x.f = 1.0f; print(x.i); x.b[0] = 1; print(x.i); print(sum3(mk3(9))); struct three t = mk3(4); struct three *pt = &t; print(sum3(*pt)); print(mk1(65).c);
      gb.a = 9; gb.b = 31; gb.c = -5; gb.d = 100000; gb.e = 0xabcdef1234ULL; gb.f = 5; print(gb.a); print(gb.b); print(gb.c); print(gb.d); print(gb.e); print(gb.f); gb.c++; print(gb.c); gb.a += 3; print(gb.a); print(gb.b--); print(gb.e >>= 4); struct bits lb = { 1, 2, -3, 4 }; print(lb.a + lb.b + lb.c + lb.d); lb.c = 63; lb.c++; print(lb.c); print(lb.a = 15);
      struct point arr[3] = { { 1 }, [2] = { .y = 5 } }; print(arr[0].y + arr[2].y); int i; int s = 0; for (i = 0; i < 3; i++) { arr[i].x += i; s += arr[i].x; } print(s); struct point sel = s > 2 ? arr[2] : arr[0]; print(sel.y); print((s ? p : q).x); struct { int k; struct point in; } anon = { 1, { 2, 3 } }; print(anon.in.y); struct point *pp = &(struct point){ 11, 12 }; print(pp->y);
      return b.a;
    }`,
  calls: `
    typedef int (*fn)(int, int); int add(int a, int b) { return a + b; } int sub(int a, int b) { return a - b; } fn table[2] = { add, sub }; int apply(fn f, int a, int b) { return f(a, b); } fn pick(int i) { return table[i]; }
    long long many(int a, long long b, char c, double d, short e, float f, unsigned char g) { return a + b + c + (long long)d + e + (long long)f + g; } unsigned char uc(int x) { return (unsigned char)x; } signed char sc(int x) { return (signed char)x; } short sh(int x) { return (short)x; } _Bool bo(int x) { return x; } void nothing(int *p) { if (!*p) return; *p = 0; }
    int fact(int n) { return n <= 1 ? 1 : n * fact(n - 1); } int even(int n); int odd(int n) { return n == 0 ? 0 : even(n - 1); } int even(int n) { return n == 0 ? 1 : odd(n - 1); } int ack(int m, int n) { if (m == 0) return n + 1; if (n == 0) return ack(m - 1, 1); return ack(m - 1, ack(m, n - 1)); }
    int counter(void) { static int c = 10; return ++c; } static int hidden(int x) { return x * 2; } int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } int deep(int n) { int pad[4]; pad[n & 3] = n; return n == 0 ? 0 : pad[n & 3] - n + 1 + deep(n - 1); }
    int main(void) {
      print(add(1, 2)); print(apply(sub, 5, 3)); print(table[1](9, 4)); print(pick(0)(6, 7)); fn f = &add; print((*f)(1, 1)); print((**f)(1, 2)); print(many(1, 2, 3, 4.9, 5, 6.9f, 255)); print(uc(300)); print(sc(200)); print(sh(70000)); print(bo(256)); int z = 5; nothing(&z); print(z);
      print(fact(10)); print(even(11)); print(ack(2, 3)); counter(); print(counter() * 100 + counter()); print(hidden(21)); print(fib(12)); print(deep(100)); print(add(add(1, 2), add(3, add(4, 5)))); print(fib(5) + fib(6) * fib(7)); int x = add(1, 1) + (z = 4) + z; print(x); print(native_sum(5, 1, 2, 3, 4, 5)); print(f == add); print(f != sub); if (f && table[0] == f) print(1); print(native_sum(2, x + 1, fib(6)));
      return counter();
    }`,
  logic: `
    int calls; int t(int x) { calls = calls * 10 + x; return x > 4; } int g;
    int main(void) {
      int i, r = 0; for (i = 0; i < 16; i++) { int a = i & 1, b = i >> 1 & 1, c = i >> 2 & 1, d = i >> 3 & 1; r = r * 2 + ((a && b) || (c && !d)); r ^= (a || (b && (c || d))) ? 3 : 0; } print(r);
      print(t(1) && t(5)); print(calls); calls = 0; print(t(6) && t(5)); print(calls); calls = 0; print(t(1) || t(2) || t(7) || t(3)); print(calls); calls = 0; print(t(5) ? t(1) : t(9)); print(calls); calls = 0; if (t(5) && !(t(6) && t(2)) || t(8)) print(calls); else print(-calls);
      g = 3; int v = g++ + (g > 3 ? g : 100); print(v); int *p = 0; print(p && *p); print(!p || *p); print(p ? *p : -1); v = (g = 5, g + 1); print(v); v = g > 2 && (v = 7); print(v); while (g-- && v++ < 100) ; print(g); print(v);
      long long big = 1LL << 40; print(big && 1); print(!big); print(big ? 1 : 2); double d = 0.5; print(d && 1); if (d) print(5); print(!!big); _Bool b = 5; print(b); b = big; print(b); b--; print(b); b = 0.3; print(b); unsigned char uc = 0; print(!--uc); print(uc);
      return calls & 0xff;
    }`,
  constants: `
    int calls; int f(void) { calls++; return 1; }
    int early(void) { if (0) return 1; return 0; } int late(void) { if (1) return 7; return 0; } int other(void) { if (0) { return 1; } else if (0) { } else { if (1) { if (calls) return 2; else return 3; } else return 4; } return 5; }
    int both(void) { 0 && f(); 1 || f(); 1 && f(); 0 || f(); return calls; } int choose(void) { 0 ? f() : 0; return (1 ? 0 : f()) + (0 ? 5 : 6); }
    int loops(void) { int n = 0; while (0) n = 100; while (0 && f()) n = 200; for (; 0;) n = 300; do n++; while (0); do { if (n > 3) break; n++; } while (1 || f()); while (1 || f()) { if (n++ > 6) break; if (0) continue; } for (; 1 && n < 12;) n++; return n; }
    int into(int n) { int c = 0; switch (n) { case 0: if (0) c = 9; while (c < 5) { case 1: if (0) c += 100; c++; case 2: if (1) c += 10; else { case 3: c += 1000; } } } return c; }
    int jumps(int n) { goto a; b: if (0) n = 50; if (n > 5) goto c; a: if (1) n++; goto b; c: return n; }
    int main(void) { int i; print(early()); print(late()); print(other()); f(); print(other()); print(both()); print(choose()); print(loops()); for (i = 0; i < 4; i++) print(into(i)); print(jumps(0)); return calls; }`,
  sorting: `
    int v[64]; unsigned seed = 12345; unsigned rnd(void) { seed = seed * 1103515245u + 12345u; return seed >> 8; } void quick(int *a, int lo, int hi) { if (lo >= hi) return; int p = a[(lo + hi) / 2], i = lo, j = hi; while (i <= j) { while (a[i] < p) i++; while (a[j] > p) j--; if (i <= j) { int t = a[i]; a[i] = a[j]; a[j] = t; i++; j--; } } quick(a, lo, j); quick(a, i, hi); }
    int cmp(const void *a, const void *b) { return *(const int *)a - *(const int *)b; } void bubble(int *a, int n, int (*c)(const void *, const void *)) { int i, j; for (i = 0; i < n; i++) for (j = 0; j + 1 < n - i; j++) if (c(&a[j], &a[j + 1]) > 0) { int t = a[j]; a[j] = a[j + 1]; a[j + 1] = t; } }
    unsigned crc(const unsigned char *p, int n) { unsigned c = ~0u; while (n--) { int k; c ^= *p++; for (k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1; } return ~c; }
    int main(void) { int i; for (i = 0; i < 64; i++) v[i] = rnd() % 1000; quick(v, 0, 63); for (i = 0; i < 64; i += 9) print(v[i]); for (i = 0; i < 20; i++) v[i] = rnd() % 50; bubble(v, 20, cmp); for (i = 0; i < 20; i++) print(v[i]); print(crc((unsigned char *)"123456789", 9)); unsigned long long h = 14695981039346656037ULL; const char *s = "interlock"; while (*s) { h ^= *s++; h *= 1099511628211ULL; } print(h); return v[3]; }`,
};

/** Programs with what only MSVC has; expected output given. */
export const MSVC_PROGRAMS: Record<string, { text: string; expect: string[] }> = {
  varargs: {
    text: `
      typedef char *va_list; 
      int sum(int n, ...) { va_list a; int s = 0; __builtin_va_start(a, n); while (n-- > 0) s += __builtin_va_arg(a, int); __builtin_va_end(a); return s; }
      int main(void) { print(sum(3, 1, 2, 3)); print(sum(8, 1, 2, 3, 4, 5, 6, 7, 8)); return 0; }`,
    expect: ['6', '36', '= 0'],
  },
  interlocked: {
    text: `
      long g = 5; __int64 w; short s = 1; char c = 3; void *p;
      int main(void) { print(_InterlockedIncrement(&g)); print(_InterlockedDecrement(&g)); print(_InterlockedExchangeAdd(&g, 10)); print(g); print(_InterlockedExchange(&g, 3)); print(_InterlockedCompareExchange(&g, 9, 3)); print(g); print(_InterlockedCompareExchange(&g, 1, 3)); print(g);
        print(_InterlockedOr(&g, 6)); print(_InterlockedAnd(&g, 12)); print(_InterlockedXor(&g, 1)); print(g); print(_InterlockedIncrement64(&w)); print(_InterlockedExchangeAdd64(&w, 0x100000000)); print(w); print(_InterlockedIncrement16(&s)); print(_InterlockedExchange8(&c, 7)); print(c);
        print(_InterlockedExchangePointer(&p, &g) == 0); print(_InterlockedCompareExchangePointer(&p, 0, &g) == &g); print(p == 0); print(_interlockedbittestandset(&g, 1)); print(g); print(_interlockedbittestandreset(&g, 1)); print(g); print(_bittest(&g, 3)); unsigned long i; print(_BitScanForward(&i, 0x50)); print(i); print(_BitScanReverse(&i, 0x50)); print(i); print(_BitScanForward(&i, 0));
        print(_rotl(0x80000001, 1)); print(__popcnt(255)); print(__lzcnt(1)); print(_byteswap_ulong(0x01020304)); print(_byteswap_uint64(1)); print(__umulh(0x8000000000000000, 6)); __int64 hi; print(_mul128(-3, 5, &hi)); print(hi);
        _InterlockedIncrement(&g); return _InterlockedIncrement(&g) + 1; }`,
    expect: [
      '6',
      '5',
      '5',
      '15',
      '15',
      '3',
      '9',
      '9',
      '9',
      '9',
      '15',
      '12',
      '13',
      '1',
      '1',
      '4294967297',
      '2',
      '3',
      '7',
      '1',
      '1',
      '1',
      '0',
      '15',
      '1',
      '13',
      '1',
      '1',
      '4',
      '1',
      '6',
      '0',
      '3',
      '8',
      '31',
      '67305985',
      '72057594037927936',
      '3',
      '-15',
      '-1',
      '= 16',
    ],
  },
  alloca: {
    text: `
      int f(int n) { int *p = (int *)_alloca(n * sizeof(int)); int i, s = 0; for (i = 0; i < n; i++) p[i] = i; for (i = 0; i < n; i++) s += p[i]; if (n > 3) s += f(n / 2); return s + p[n - 1]; }
      int main(void) { print(f(20)); return f(3); }`,
    expect: ['279', '= 5'],
  },
  wide: {
    text: `
      typedef unsigned short wchar; const wchar *w = L"wide"; unsigned short buf[] = L"xy"; unsigned long tag = 'gaTp'; long l = sizeof(long);
      int main(void) { print(w[0]); print(w[4]); print(sizeof(buf)); print(tag); print(l); print(sizeof(void *)); return buf[1]; }`,
    expect: ['119', '0', '6', '1734431856', '4', '8', '= 121'],
  },
  flexible: {
    text: `
      struct S { int n; char s[]; }; struct P { short a, b; }; struct Q { int n; struct P p[]; };
      struct S g = { 3, "hello" }; struct Q q = { 2, { { 1, 2 }, { 3, 4 }, 5, 6 } }; struct Q r = { 1, 7, 8, 9 }; static struct Q d = { .p = { [2] = { 5, 6 }, } }; int after = 99;
      int main(void) { struct Q m = { 4, { { 9, 8 }, { 7 } } }; struct S l = { 2, "ab" }; print(g.s[4]); print(q.p[2].b); print(r.p[1].a); print(r.p[1].b); print(d.p[2].b); print(d.p[1].a); print(after); print(m.p[1].a); print(m.p[1].b); print(l.s[1]); return sizeof(g); }`,
    expect: ['111', '6', '9', '0', '6', '0', '99', '7', '0', '98', '= 4'],
  },
  layout: {
    text: `
      typedef struct _LIST { struct _LIST *Flink, *Blink; } LIST; typedef struct { LIST Entry; int Value; } ITEM; LIST head = { &head, &head }; ITEM items[3];
      void insert(LIST *h, LIST *e) { LIST *b = h->Blink; e->Flink = h; e->Blink = b; b->Flink = e; h->Blink = e; }
      int main(void) { int i, s = 0; for (i = 0; i < 3; i++) { items[i].Value = i + 1; insert(&head, &items[i].Entry); } LIST *e; for (e = head.Flink; e != &head; e = e->Flink) s = s * 10 + ((ITEM *)((char *)e - (unsigned __int64)(&((ITEM *)0)->Entry)))->Value; return s; }`,
    expect: ['= 123'],
  },
};
