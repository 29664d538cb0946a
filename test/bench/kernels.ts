// Small C programs whose time the engine is judged by: calls, bytes, linked lists, doubles, modulo, 64-bit integers. `run(n)` does n
// repetitions.

export const KERNELS: readonly { readonly name: string; readonly text: string }[] = [
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
];
