// Prototypes of built-in headers, read when somebody asks for the type. The headers declare thousands of routines and a driver uses some dozens,
// so the first pass only finds each name and its `;`, which more than halves the time from F5 to the first statement.
import { parseDeclarator } from './parser-declarators.js';
import { parseSpecifiers } from './parser-specifiers.js';
import type { Parser } from './parser-state.js';
import { isSalWord } from './sal.js';
import type { Token } from './token.js';
import type { FunctionDef, FunctionSymbol, SalAnnotation } from './tree.js';
import { ERROR, functionType } from './type-ops.js';
import type { FunctionType } from './types.js';

/** What a prototype says beyond the name. */
interface Details {
  type: FunctionType;
  sal: SalAnnotation[];
  noreturn: boolean;
  dllimport: boolean | undefined;
}

class LazyFunction implements FunctionSymbol {
  readonly kind = 'function';
  linkage: 'external' | 'internal' = 'external';
  builtin = true;
  inline = false;
  addressTaken = false;
  section: string | undefined;
  definition: FunctionDef | undefined;
  private read: Details | undefined;

  constructor(
    readonly name: string,
    public range: Token['range'],
    private reader: (() => Details) | undefined,
  ) {}

  private get details(): Details {
    if (!this.read) {
      // Set first: a prototype that refers to itself must not start again.
      this.read = { type: functionType(ERROR, [], false, true), sal: [], noreturn: false, dllimport: undefined };
      const reader = this.reader!;
      this.reader = undefined;
      this.read = reader();
    }
    return this.read;
  }

  get type(): FunctionType {
    return this.details.type;
  }
  set type(t: FunctionType) {
    this.details.type = t;
  }
  get sal(): SalAnnotation[] {
    return this.details.sal;
  }
  set sal(s: SalAnnotation[]) {
    this.details.sal = s;
  }
  get noreturn(): boolean {
    return this.details.noreturn;
  }
  set noreturn(v: boolean) {
    this.details.noreturn = v;
  }
  get dllimport(): boolean | undefined {
    return this.details.dllimport;
  }
  set dllimport(v: boolean | undefined) {
    this.details.dllimport = v;
  }
}

/** A symbol of its own for the same function, as a unit needs that takes the function from headers it shares with others. */
export function copyFunction(f: FunctionSymbol): FunctionSymbol {
  const copy = new LazyFunction(f.name, f.range, () => ({ type: f.type, sal: [...f.sal], noreturn: f.noreturn, dllimport: f.dllimport }));
  copy.linkage = f.linkage;
  copy.builtin = f.builtin;
  copy.inline = f.inline;
  copy.section = f.section;
  return copy;
}

function readPrototype(p: Parser): Details {
  const specs = parseSpecifiers(p, 'file');
  const d = parseDeclarator(p, specs.type, 'concrete');
  const type = d.type.kind === 'function' ? d.type : functionType(ERROR, [], false, true);
  return { type, sal: [...specs.typedefSal, ...specs.sal, ...d.sal], noreturn: specs.noreturn, dllimport: specs.dllimport || undefined };
}

/** Words after which a declaration is not a plain prototype. */
const OTHERS: ReadonlySet<string> = new Set([
  'typedef',
  'static',
  'inline',
  '__inline',
  '__forceinline',
  'struct',
  'union',
  'enum',
  '_Static_assert',
  'static_assert',
]);

/**
 * If the declaration at the cursor is a single prototype of a name that is not declared yet, declares it and moves behind its `;`.
 * Otherwise nothing happens and the declaration is read in the ordinary way.
 */
export function skipPrototype(p: Parser): boolean {
  const { tokens } = p;
  const start = p.pos;
  let i = start;
  let name: Token | undefined;
  let types = 0;
  for (; i < tokens.length; i++) {
    const t = tokens[i];
    const x = t.text;
    if (t.kind === 'identifier') {
      if (tokens[i + 1].text === '(') {
        if (x.charCodeAt(0) === 95 && isSalWord(x)) i = closing(tokens, i + 1);
        else if (name || types === 0) return false;
        else {
          const inside = tokens[i + 2].text;
          if (
            inside === '*' ||
            inside === '(' ||
            (tokens[i + 2].kind === 'keyword' && inside.startsWith('__') && !inside.startsWith('__int') && inside !== '__unaligned')
          )
            return false;
          name = t;
          i = closing(tokens, i + 1);
          if (tokens[i + 1].text === '(') return false;
        }
      } else if (x.charCodeAt(0) !== 95 || !isSalWord(x)) types++;
    } else if (t.kind === 'keyword') {
      if (OTHERS.has(x)) {
        // `struct _EPROCESS *f(...)` is as good a prototype as any; a body makes it another thing.
        if (x !== 'struct' && x !== 'union' && x !== 'enum') return false;
        if (tokens[i + 1].kind !== 'identifier' || tokens[i + 2].text === '{') return false;
        i++;
        types++;
      } else if (tokens[i + 1].text === '(') i = closing(tokens, i + 1);
      else types++;
    } else if (x === ';') {
      break;
    } else if (x !== '*' || name) return false;
  }
  if (!name || i >= tokens.length || p.unit.scope.names.has(name.text)) return false;
  p.noteDeclared(name.text);
  p.unit.scope.names.set(name.text, new LazyFunction(name.text, name.range, () => p.aside(start, () => readPrototype(p))));
  p.seek(Math.min(i + 1, tokens.length - 1));
  return true;
}

/** Index of the parenthesis that closes the one at `open`, or the end. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const x = tokens[i].text;
    if (x === '(') depth++;
    else if (x === ')' && --depth === 0) return i;
    else if (x === ';' && depth > 0) break;
  }
  return tokens.length - 2;
}
