// Small C programs whose time the engine is judged by: calls, bytes, linked lists, doubles, modulo, 64-bit integers, and two that do what drivers do:
// a table of records under a lock, and counted 16-bit strings. `run(n)` does n repetitions.

export interface BenchKernel {
  readonly name: string;
  readonly text: string;
}

/** An atomic exchange as each compiler knows it. */
const EXCHANGE = `#if defined(__TINYC__)
int exchange(volatile int *p, int v) { __asm__ volatile("xchgl %0, %1" : "+r"(v), "+m"(*p)); return v; }
#elif defined(__GNUC__)
static int exchange(volatile int *p, int v) { return __atomic_exchange_n(p, v, 5); }
#else
long _InterlockedExchange(long volatile *p, long v);
#define exchange(p, v) _InterlockedExchange((long volatile *)(p), v)
#endif
`;

export const KERNELS: readonly BenchKernel[] = [
  {
    name: 'calls',
    text: 'int fib(int n) { if (n < 2) return n; return fib(n - 1) + fib(n - 2); } int run(int n) { int s = 0; while (n--) s += fib(18); return s; }',
  },
  {
    name: 'bytes',
    text: 'char flags[20001]; int run(int n) { int count = 0, i, k; while (n--) { count = 0; for (i = 2; i <= 20000; i++) flags[i] = 1; for (i = 2; i <= 20000; i++) { if (flags[i]) { for (k = i + i; k <= 20000; k += i) flags[k] = 0; count++; } } } return count; }',
  },
  {
    name: 'list',
    text: `struct node { struct node *flink; struct node *blink; int key; }; struct node pool[500]; struct node head;
      void insert_tail(struct node *h, struct node *e) { struct node *b; b = h->blink; e->flink = h; e->blink = b; b->flink = e; h->blink = e; }
      void remove_entry(struct node *e) { struct node *f; struct node *b; f = e->flink; b = e->blink; b->flink = f; f->blink = b; }
      int run(int n) { int i, sum = 0; struct node *p; struct node *next; while (n--) { head.flink = &head; head.blink = &head; for (i = 0; i < 500; i++) { pool[i].key = i; insert_tail(&head, &pool[i]); } for (p = head.flink; p != &head; p = next) { next = p->flink; if (p->key & 1) remove_entry(p); } for (p = head.flink; p != &head; p = p->flink) sum += p->key; } return sum; }`,
  },
  {
    name: 'matrix',
    text: 'double a[2500]; double b[2500]; double c[2500]; int run(int n) { int i, j, k; double s; for (i = 0; i < 2500; i++) { a[i] = i; b[i] = i - 7; } while (n--) for (i = 0; i < 50; i++) for (j = 0; j < 50; j++) { s = 0; for (k = 0; k < 50; k++) s = s + a[i * 50 + k] * b[k * 50 + j]; c[i * 50 + j] = s; } return (int)c[57]; }',
  },
  {
    name: 'hash',
    text: 'char buf[1000]; int run(int n) { int i; unsigned int h = 5381; for (i = 0; i < 1000; i++) buf[i] = 97 + i % 26; while (n--) for (i = 0; i < 1000; i++) h = (h * 33 + buf[i]) % 1000003; return h; }',
  },
  {
    name: 'hash64',
    text: 'unsigned char buf[1000]; int run(int n) { int i; unsigned char *p; unsigned long long h = 14695981039346656037ULL; for (i = 0; i < 1000; i++) buf[i] = (unsigned char)(97 + i % 26); while (n--) { p = buf; for (i = 0; i < 1000; i++) { h = h ^ *p; h = h * 1099511628211ULL; p = p + 1; } } return (int)h; }',
  },
  {
    // a driver's table of processes: hash buckets of records, each operation under a spin lock of its own making
    name: 'records',
    text: `${EXCHANGE}
struct record { struct record *next; int pid; int parent; unsigned int calls; unsigned int depth; };
struct record records[256]; struct record *buckets[32]; struct record *free_list; volatile int lock; int count;
void acquire(volatile int *l) { while (exchange(l, 1)) ; }
void release(volatile int *l) { exchange(l, 0); }
struct record *find(int pid) { struct record *r; for (r = buckets[(pid >> 2) & 31]; r; r = r->next) { if (r->pid == pid) return r; } return 0; }
int create(int pid, int parent) { struct record *r; struct record *p; int ok = 0; acquire(&lock);
  r = free_list; if (r) { free_list = r->next; r->pid = pid; r->parent = parent; r->calls = 0; p = find(parent); r->depth = p ? p->depth + 1 : 0; r->next = buckets[(pid >> 2) & 31]; buckets[(pid >> 2) & 31] = r; count++; ok = 1; }
  release(&lock); return ok; }
void leave(int pid) { struct record **at; struct record *r; acquire(&lock);
  for (at = &buckets[(pid >> 2) & 31]; (r = *at) != 0; at = &r->next) { if (r->pid == pid) { *at = r->next; r->next = free_list; free_list = r; count--; break; } }
  release(&lock); }
int touch(int pid) { struct record *r; int depth = -1; acquire(&lock); r = find(pid); if (r) { r->calls++; depth = (int)r->depth; } release(&lock); return depth; }
int run(int n) { int i, sum = 0; while (n--) { free_list = 0; count = 0; for (i = 0; i < 32; i++) buckets[i] = 0; for (i = 0; i < 256; i++) { records[i].next = free_list; free_list = &records[i]; }
  for (i = 1; i <= 200; i++) create(4 * i, 4 * (i / 2)); for (i = 1; i <= 200; i++) sum += touch(4 * i); for (i = 1; i <= 200; i += 2) leave(4 * i); for (i = 1; i <= 200; i++) sum += touch(4 * i); } return sum + count; }`,
  },
  {
    // image names: counted 16-bit strings copied, compared without case, searched for a part
    name: 'strings',
    text: `typedef unsigned short wchar; struct text { unsigned short length; unsigned short maximum; wchar *buffer; };
wchar store[64]; wchar other[64]; char source[] = "\\\\Device\\\\HarddiskVolume1\\\\Windows\\\\System32\\\\notepad.exe";
void init(struct text *t, wchar *buffer, int maximum) { t->length = 0; t->maximum = (unsigned short)maximum; t->buffer = buffer; }
void append(struct text *t, char *s) { while (*s && t->length + 2 <= t->maximum) { t->buffer[t->length / 2] = (wchar)*s; t->length += 2; s++; } }
wchar upper(wchar c) { if (c >= 'a' && c <= 'z') return (wchar)(c - 32); return c; }
int equal(struct text *a, struct text *b) { int i; if (a->length != b->length) return 0; for (i = 0; i < a->length / 2; i++) { if (upper(a->buffer[i]) != upper(b->buffer[i])) return 0; } return 1; }
int last(struct text *t, int c) { int i; for (i = t->length / 2 - 1; i >= 0; i--) { if (t->buffer[i] == c) return i; } return -1; }
int run(int n) { struct text a; struct text b; int sum = 0; while (n--) { init(&a, store, sizeof store); init(&b, other, sizeof other); append(&a, source); append(&b, source); sum += equal(&a, &b); sum += last(&a, '\\\\'); b.buffer[3] = 'V'; sum += equal(&a, &b); } return sum; }`,
  },
];
