// Random records as drivers declare them: bit-fields of all types, `#pragma pack`, `__declspec(align)`, anonymous and nested members, unions, arrays,
// flexible tails. The program prints sizes, alignments and offsets, the bytes of initialised objects, the bits that each bit-field occupies, and what
// reading, writing and compound assignment make of them. gcc -mms-bitfields lays out by the same rules; where it does not (an aligned member in a
// packed record, bit-fields alone in a union) nothing is generated: test/c/declarations.test.ts has those cases.
import { RandomText, spread } from './random-text.js';

/** C name, bytes. `LONG` is `long` with MSVC. */
const TYPES: readonly (readonly [string, number])[] = [
  ['char', 1],
  ['signed char', 1],
  ['unsigned char', 1],
  ['short', 2],
  ['unsigned short', 2],
  ['int', 4],
  ['unsigned', 4],
  ['LONG', 4],
  ['unsigned LONG', 4],
  ['long long', 8],
  ['unsigned long long', 8],
];

interface Leaf {
  readonly path: string;
  readonly bits?: number;
  readonly size: number;
  /** floating */
  readonly float?: boolean;
  /** unions passed through with the member chosen: at most one member of each may be initialised */
  readonly unions: readonly string[];
}
interface Shape {
  readonly name: string;
  readonly leaves: readonly Leaf[];
  /** Members that have an offset. */
  readonly members: readonly string[];
  readonly aligned: boolean;
}

class Generator extends RandomText {
  private readonly shapes: Shape[] = [];
  private names = 0;
  private records = 0;
  readonly text: string[] = [];

  /** Members of one record; `prefix` is the path to it. */
  private members(
    depth: number,
    union: boolean,
    packed: boolean,
    id: string,
  ): { text: string; leaves: Leaf[]; members: string[]; aligned: boolean } {
    const lines: string[] = [];
    const leaves: Leaf[] = [];
    const members: string[] = [];
    let aligned = false;
    const count = 1 + this.below(union ? 3 : 6);
    const add = (path: string, size: number, more: Partial<Leaf> = {}): void => {
      leaves.push({ path, size, unions: union ? [`${id}:${path.split(/[.[]/)[0]}`] : [], ...more });
    };
    // Bytes of bit-fields that a union may have: where it has no alignment of its own, gcc goes other ways.
    let widest = 8;
    if (union) {
      const name = `m${this.names++}`;
      const [type, size] = this.one(TYPES);
      widest = packed ? 0 : size;
      lines.push(`${type} ${name};`);
      members.push(name);
      add(name, size);
    }
    for (let i = 0; i < count; i++) {
      const name = `m${this.names++}`;
      switch (this.below(union ? 8 : 12)) {
        case 0:
        case 1: {
          const [type, size] = this.one(TYPES);
          const align = !packed && this.below(8) === 0 ? this.one([2, 4, 8, 16]) : 0;
          if (align > size && align) aligned = true;
          lines.push(`${align > size ? `ALIGN(${align}) ` : ''}${type} ${name};`);
          members.push(name);
          add(name, size);
          break;
        }
        case 2: {
          const [type, size] = this.one(TYPES);
          const n = 1 + this.below(3);
          lines.push(`${type} ${name}[${n}];`);
          members.push(name);
          add(`${name}[${n - 1}]`, size);
          break;
        }
        case 3: {
          const [text, size, float] = this.one([
            [`void *${name};`, 0, false],
            [`int (*${name})(void);`, 0, false],
            [`float ${name};`, 4, true],
            [`double ${name};`, 8, true],
            [`enum E ${name};`, 4, false],
            [`volatile unsigned short ${name};`, 2, false],
          ] as const);
          lines.push(text);
          members.push(name);
          if (size) add(name, size, { float });
          break;
        }
        case 4: {
          const usable = this.shapes.filter((s) => !(packed && s.aligned));
          if (!usable.length) break;
          const s = this.one(usable);
          lines.push(`${s.name} ${name};`);
          members.push(name);
          if (s.aligned) aligned = true;
          for (const l of s.leaves)
            leaves.push({
              ...l,
              path: `${name}.${l.path}`,
              unions: [...(union ? [`${id}:${name}`] : []), ...l.unions.map((u) => `${name}/${u}`)],
            });
          break;
        }
        case 5: {
          if (depth <= 0) break;
          const inner = this.below(2) === 0;
          const m = this.members(depth - 1, inner, packed, name);
          lines.push(`${inner ? 'union' : 'struct'} { ${m.text} };`);
          if (m.aligned) aligned = true;
          members.push(...m.members);
          for (const l of m.leaves) leaves.push({ ...l, unions: [...(union ? [`${id}:${name}`] : []), ...l.unions] });
          break;
        }
        default: {
          // a run of bit-fields
          let [type, size] = this.one(TYPES);
          if (size > widest) break;
          for (let n = 1 + this.below(union ? 1 : 4); n > 0; n--) {
            if (this.below(4) === 0 && !union) [type, size] = this.one(TYPES);
            const bits = this.below(6) === 0 ? size * 8 : 1 + this.below(this.below(2) ? 7 : size * 8);
            const field = `b${this.names++}`;
            const kind = this.below(12);
            if (kind === 0 && !union) lines.push(`${type} : 0;`);
            else if (kind === 1 && !union) lines.push(`${type} : ${bits};`);
            else {
              lines.push(`${type} ${field} : ${bits};`);
              add(field, size, { bits });
            }
          }
        }
      }
    }
    return { text: lines.join(' '), leaves, members, aligned };
  }

  private record(): Shape {
    const union = this.below(4) === 0;
    const pack = this.below(2) ? 0 : this.one([1, 2, 4, 8, 16]);
    const name = `R${this.records++}`;
    const m = this.members(2, union, pack > 0 && pack < 16, name);
    const tail = !union && this.below(8) === 0;
    const alignment = this.below(6) === 0 ? `ALIGN(${this.one([2, 4, 8, 16, 32])}) ` : '';
    const first = m.members.length === 0 && m.leaves.length === 0 ? 'int first;' : '';
    this.text.push(
      `${pack ? `#pragma pack(push, ${pack})\n` : ''}typedef ${union ? 'union' : 'struct'} ${alignment}T${name} { ${first} ${m.text} ${tail ? 'short tail[];' : ''} } ${name};${pack ? '\n#pragma pack(pop)' : ''}`,
    );
    const shape = {
      name,
      leaves: m.leaves,
      members: [...(first ? ['first'] : []), ...m.members, ...(tail ? ['tail'] : [])],
      aligned: m.aligned || alignment !== '',
    };
    // a record that ends openly is not a member of others
    if (!tail) this.shapes.push(shape);
    return shape;
  }

  private value(l: Leaf): string {
    if (l.float) return this.one(['1.5', '-0.25', '1e10']);
    const bits = l.bits ?? l.size * 8;
    const n = this.one([-1, 0, 1, 5, this.below(100000), 2 ** Math.min(bits - 1, 30), 2 ** Math.min(bits, 30) - 1]);
    return n < 0 ? `(${n})` : `${n}${bits > 31 ? this.one(['', 'LL << 7']) : ''}`;
  }
  private initializer(s: Shape): string {
    const chosen: string[] = [];
    const taken = new Map<string, string>();
    for (const l of s.leaves) {
      if (this.below(3) === 0 || chosen.length > 12) continue;
      const keys = l.unions.map((u) => [u.slice(0, u.lastIndexOf(':')), u] as const);
      if (keys.some(([k, u]) => taken.has(k) && taken.get(k) !== u)) continue;
      for (const [k, u] of keys) taken.set(k, u);
      chosen.push(`.${l.path} = ${this.value(l)}`);
    }
    return chosen.length ? `{ ${chosen.join(', ')} }` : '{ 0 }';
  }
  private exercise(s: Shape): string {
    const out: string[] = [`static ${s.name} pass${s.name}(${s.name} x, int k, ${s.name} y) { return k ? x : y; }`];
    out.push(`static ${s.name} global${s.name} = ${this.initializer(s)};`);
    out.push(`static void test${s.name}(void) { ${s.name} x, *p = &x, y = ${this.initializer(s)}; unsigned char *c = (unsigned char *)&x;`);
    out.push(`  print(sizeof(${s.name})); print(_Alignof(${s.name}));`);
    for (const m of s.members) out.push(`  print((long long)&((${s.name} *)0)->${m});`);
    // of a local object only the members: its padding is nobody's
    out.push(
      `  dump(&global${s.name}, sizeof x); ${s.leaves.map((l) => `print(${l.float ? 'toint' : '(long long)'}(y.${l.path}));`).join(' ')}`,
    );
    for (const l of s.leaves) {
      const v = (): string => this.value(l);
      if (l.float) {
        out.push(`  x.${l.path} = ${v()}; print(toint(p->${l.path}));`);
        continue;
      }
      out.push(`  zero(c, sizeof x); p->${l.path} = (-1); dump(c, sizeof x); print((long long)x.${l.path});`);
      if (l.bits === undefined && this.below(3)) continue;
      out.push(`  ones(c, sizeof x); x.${l.path} = 0; dump(c, sizeof x);`);
      out.push(
        `  x.${l.path} = ${v()}; print((long long)(p->${l.path} ${this.one(['+=', '-=', '*=', '^=', '|=', '&='])} ${v()})); print((long long)(x.${l.path} ${this.one(['/=', '%=', '<<=', '>>='])} ${l.bits === 1 ? 0 : 1 + this.below(Math.min(6, l.bits ?? 6))}));`
          .replace(/(\/=|%=) 0/g, '|= 1')
          .replace(/x\.(\S+) (\/=|%=) (\d)/g, 'x.$1 $2 $3'),
      );
      out.push(
        `  print((long long)${this.one(['++x.#', 'x.#++', '--p->#', 'p->#--']).replace('#', l.path)}); print((long long)(x.${l.path} = ${v()})); dump(c, sizeof x);`,
      );
    }
    // the padding of a returned copy is nobody's
    out.push(
      `  zero(c, sizeof x); { ${s.name} z; zero((unsigned char *)&z, sizeof z); z = pass${s.name}(y, 0, x); dump(&z, sizeof z); z = pass${s.name}(global${s.name}, 1, x); ${s.leaves
        .filter((l) => !l.float)
        .map((l) => `print((long long)z.${l.path});`)
        .join(' ')} }`,
    );
    return `${out.join('\n')}\n}`;
  }

  program(records: number): { text: string; names: string[] } {
    this.text.push('enum E { E0, E1 = 70000, E2 = -1 };');
    const all = Array.from({ length: records }, () => this.record());
    const tests = all.map((s) => this.exercise(s));
    const constants = all.map(
      (s) =>
        `const unsigned sizes${s.name}[] LAYOUT = { sizeof(${s.name}), _Alignof(${s.name}), ${s.members.map((m) => `__builtin_offsetof(${s.name}, ${m})`).join(', ')} };\n` +
        s.leaves.map((l, i) => `const ${s.name} ones${s.name}_${i} LAYOUT = { .${l.path} = ${l.float ? 1 : -1} };`).join('\n'),
    );
    return {
      text: `${this.text.join('\n')}\n#ifdef LAYOUT\n${constants.join('\n')}\n#else\n${HELPERS}${tests.join('\n')}\nint main(void) { ${all.map((s) => `print(${900000 + Number(s.name.slice(1))}); test${s.name}();`).join(' ')} return 0; }\n#endif\n`,
      names: all.map((s) => s.name),
    };
  }
}

const HELPERS = `
static void zero(unsigned char *p, int n) { while (n-- > 0) *p++ = 0; }
static void ones(unsigned char *p, int n) { while (n-- > 0) *p++ = 255; }
static void dump(void *q, int n) { unsigned char *p = q; unsigned long long v = 0; int i; for (i = 0; i < n; i++) { v = v << 8 | p[i]; if (i % 8 == 7 || i == n - 1) { print((long long)v); v = 0; } } }
static int toint(double v) { return v > -1e9 && v < 1e9 ? (int)(v * 4) : 17; }
`;

const OURS = '#define LONG long\n#define ALIGN(n) __declspec(align(n))\n';
const GCC = '#define LONG int\n#define ALIGN(n) __attribute__((aligned(n)))\n';

/** The program for our machine, for gcc, and as objects of the section `.lay` only (sizes, offsets, one object a bit-field with all its bits set). */
export function randomLayouts(seed: number, records: number): { ours: string; gcc: string; section: string } {
  const { text } = new Generator(spread(seed)).program(records);
  return { ours: OURS + text, gcc: GCC + text, section: `${GCC}#define LAYOUT __attribute__((section(".lay"), aligned(32)))\n${text}` };
}
