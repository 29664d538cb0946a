// Declarators: pointers, arrays, functions and the parentheses between them, with SAL and calling conventions wherever MSVC allows them.
// A declarator is read into a list of steps in the order in which they apply to the base type, because C writes types inside out.
import { parseAssignment, parseConstant } from './expressions.js';
import { skipAttribute } from './parser-attributes.js';
import { reportCpp, reportUndeclared } from './parser-names.js';
import { parseSpecifiers } from './parser-specifiers.js';
import type { Parser } from './parser-state.js';
import { CALLING_CONVENTIONS } from './parser-words.js';
import { isSalWord, readAnnotation } from './sal.js';
import type { Token } from './token.js';
import type { SalAnnotation } from './tree.js';
import { typeToString } from './type-names.js';
import { arrayOf, ERROR, functionType, INT, isComplete, pointerTo, qualified } from './type-ops.js';
import { type CType, type Parameter, Qual } from './types.js';

type Step =
  | { readonly kind: 'pointer'; readonly quals: number }
  | { readonly kind: 'array'; readonly length: number | undefined; readonly at: Token }
  | {
      readonly kind: 'function';
      readonly params: Parameter[];
      readonly variadic: boolean;
      readonly unprototyped: boolean;
      readonly names: Token[] | undefined;
      readonly at: Token;
    };

export interface Declarator {
  readonly name: Token | undefined;
  readonly type: CType;
  /** Annotations inside and behind the declarator. */
  readonly sal: readonly SalAnnotation[];
  /** The declarator itself ends in a parameter list (needed for a definition). */
  readonly isFunction: boolean;
  /** Identifier list of a K&R definition. */
  readonly names: Token[] | undefined;
}

/** concrete: has a name; abstract: has none; either: a parameter. */
export type DeclaratorMode = 'concrete' | 'abstract' | 'either';

interface Reading {
  name: Token | undefined;
  readonly sal: SalAnnotation[];
}

const NO_SAL: readonly SalAnnotation[] = [];
const ENDS: ReadonlySet<string> = new Set([',', ')', ';', '=']);

export function parseDeclarator(p: Parser, base: CType, mode: DeclaratorMode): Declarator {
  // Nearly all parameters and members are `name` or `*name`.
  const t = p.tok;
  if (mode !== 'abstract') {
    if (t.kind === 'identifier') {
      if (ENDS.has(p.peek().text)) {
        p.next();
        return { name: t, type: base, sal: NO_SAL, isFunction: false, names: undefined };
      }
    } else if (t.text === '*') {
      const name = p.peek();
      if (name.kind === 'identifier' && ENDS.has(p.peek(2).text) && !(name.text.charCodeAt(0) === 95 && isSalWord(name.text))) {
        p.next();
        p.next();
        return { name, type: pointerTo(base), sal: NO_SAL, isFunction: false, names: undefined };
      }
    }
  }
  const reading: Reading = { name: undefined, sal: [] };
  const steps: Step[] = [];
  readSteps(p, mode, reading, steps);
  p.takeAnnotations(reading.sal);
  let type = base;
  for (const s of steps) type = apply(p, type, s);
  const last = steps[steps.length - 1];
  const isFunction = last?.kind === 'function';
  return { name: reading.name, type, sal: reading.sal, isFunction, names: isFunction ? last.names : undefined };
}

function apply(p: Parser, type: CType, step: Step): CType {
  if (step.kind === 'pointer') return step.quals ? { ...pointerTo(type), quals: step.quals } : pointerTo(type);
  if (step.kind === 'array') {
    if (type.kind === 'error') return type;
    if (type.kind === 'function' || !isComplete(type)) {
      p.error('c-incomplete', step.at.range, `an array of '${typeToString(type)}': its elements need a known size`);
      return ERROR;
    }
    return arrayOf(type, step.length);
  }
  if (type.kind === 'array' || type.kind === 'function') {
    p.error(
      'c-types',
      step.at.range,
      `a function cannot return ${type.kind === 'array' ? 'an array' : 'a function'} ('${typeToString(type)}')`,
    );
    return functionType(ERROR, step.params, step.variadic, step.unprototyped);
  }
  return functionType(type, step.params, step.variadic, step.unprototyped);
}

const POINTER_QUALS: ReadonlyMap<string, number> = new Map<string, number>([
  ['const', Qual.Const],
  ['volatile', Qual.Volatile],
  ['restrict', Qual.Restrict],
  ['__restrict', Qual.Restrict],
  ['__unaligned', Qual.Unaligned],
  ['__ptr64', 0],
  ['__ptr32', 0],
  ['__sptr', 0],
  ['__uptr', 0],
  ['__w64', 0],
  ['_Atomic', 0],
]);

/** What looks like an annotation is the declared name itself if one of these follows. */
const NAME_ENDS: ReadonlySet<string> = new Set([';', ',', '=', '[', ':']);

/** Words between the parts of a declarator: annotations, calling conventions, attributes. Returns the qualifiers met. */
function readQualifiers(p: Parser, reading: Reading, mode: DeclaratorMode): number {
  let quals = 0;
  for (;;) {
    const t = p.tok;
    if (t.kind === 'keyword') {
      const q = POINTER_QUALS.get(t.text);
      if (q !== undefined) {
        quals |= q;
        p.next();
      } else if (CALLING_CONVENTIONS.has(t.text)) {
        p.next();
      } else if (!skipAttribute(p)) {
        return quals;
      }
    } else if (p.atAnnotation && !(mode === 'concrete' && NAME_ENDS.has(p.peek().text))) {
      reading.sal.push(readAnnotation(p));
    } else {
      return quals;
    }
  }
}

function readSteps(p: Parser, mode: DeclaratorMode, reading: Reading, steps: Step[]): void {
  if (!p.enter()) {
    p.leave();
    return;
  }
  readQualifiers(p, reading, mode);
  let stars = 0;
  while (p.is('*')) {
    p.next();
    stars++;
    if (!p.enter()) break;
    steps.push({ kind: 'pointer', quals: readQualifiers(p, reading, mode) });
  }
  const inner: Step[] = [];
  if (p.is('(') && isNested(p, mode)) {
    p.next();
    readSteps(p, mode, reading, inner);
    p.expect(')', 'in the declarator');
  } else if (p.tok.kind === 'identifier' && mode !== 'abstract') {
    // `void CALLSPEC f(...)` with a macro nobody defined: one message about the word, then the declaration as it is meant.
    while (p.peek().kind === 'identifier' && !p.declared(p.tok.text) && !isSalWord(p.peek().text)) reportUndeclared(p, p.next(), 'word');
    reading.name = p.next();
    if (p.atScopeOperator) reportCpp(p, reading.name);
  } else if (mode === 'concrete') {
    p.syntaxError('expected a name in the declaration');
  }
  const suffixes: Step[] = [];
  let levels = 0;
  while (!p.panicking) {
    if (p.is('(') || p.is('[')) {
      levels++;
      if (!p.enter()) break;
    }
    if (p.is('(')) suffixes.push(readParameters(p));
    else if (p.is('[')) suffixes.push(readArray(p, reading));
    else break;
    if (p.atAnnotation) p.takeAnnotations(reading.sal);
  }
  for (let i = suffixes.length - 1; i >= 0; i--) steps.push(suffixes[i]);
  for (const s of inner) steps.push(s);
  p.leave(1 + stars + levels);
}

/** The parenthesis at the cursor groups a declarator; otherwise it begins a parameter list. */
function isNested(p: Parser, mode: DeclaratorMode): boolean {
  const t = p.peek();
  if (t.text === '*' || t.text === '(' || CALLING_CONVENTIONS.has(t.text) || t.text === '__ptr64' || t.text === '__based') return true;
  if (mode === 'concrete') return true;
  if (t.text === '[') return true;
  if (t.kind !== 'identifier' || p.isTypedef(t)) return false;
  // `int (_In_ PVOID)` is a parameter list, `int (name)` a grouped name.
  return mode === 'either' && (p.peek(2).text === ')' || p.peek(2).text === '(' || p.peek(2).text === '[') && !t.text.startsWith('_');
}

function readArray(p: Parser, reading: Reading): Step {
  const at = p.next();
  readQualifiers(p, reading, 'abstract');
  p.accept('static');
  let length: number | undefined;
  if (!p.is(']')) {
    if (p.is('*') && p.peek().text === ']') p.next();
    else {
      const v = parseConstant(p, 'the length of an array');
      if (v) {
        if (v.value < 0n || v.value > 0x7fffffffn) p.error('c-array-length', v.range, `${v.value} is not a possible length of an array`);
        else length = Number(v.value);
      } else {
        length = 1;
        if (p.is(',') || p.is('=')) parseAssignment(p);
      }
    }
  }
  p.expect(']', 'after the length of the array');
  return { kind: 'array', length, at };
}

function readParameters(p: Parser): Step {
  const at = p.next();
  const params: Parameter[] = [];
  const step = (variadic: boolean, unprototyped: boolean, names?: Token[]): Step => {
    p.expect(')', 'after the parameters');
    return { kind: 'function', params, variadic, unprototyped, names, at };
  };
  if (p.is(')')) return step(false, true);
  if (p.is('void') && p.peek().text === ')') {
    p.next();
    return step(false, false);
  }
  if (isIdentifierList(p)) {
    const names: Token[] = [];
    do names.push(p.next());
    while (p.accept(',') && p.tok.kind === 'identifier');
    return step(false, true, names);
  }
  let variadic = false;
  if (!p.enter()) {
    p.leave();
    return step(false, false);
  }
  do {
    if (p.accept('...')) {
      variadic = true;
      break;
    }
    const before = p.pos;
    params.push(readParameter(p));
    if (p.pos === before) p.next();
  } while (!p.panicking && p.accept(','));
  p.leave();
  return step(variadic, false);
}

function isIdentifierList(p: Parser): boolean {
  const t = p.tok;
  if (t.kind !== 'identifier' || p.isTypedef(t) || p.atAnnotation) return false;
  const after = p.peek().text;
  return after === ',' || after === ')';
}

function readParameter(p: Parser): Parameter {
  const specs = parseSpecifiers(p, 'parameter');
  const d = parseDeclarator(p, specs.type, 'either');
  if (p.is('=')) reportCpp(p, p.tok);
  let type = d.type;
  if (type.kind === 'array') type = pointerTo(type.element);
  else if (type.kind === 'function') type = pointerTo(type);
  else if (type.kind === 'void') {
    p.error('c-types', (d.name ?? specs.start).range, 'a parameter cannot have type void');
    type = INT;
  }
  const sal = specs.sal.length ? (d.sal.length ? [...specs.sal, ...d.sal] : specs.sal) : d.sal;
  return { name: d.name?.text, type, sal, range: d.name?.range ?? specs.start.range };
}

/** Type name as in a cast: specifiers and an abstract declarator. */
export function parseTypeName(p: Parser): CType {
  const specs = parseSpecifiers(p, 'type-name');
  const d = parseDeclarator(p, specs.type, 'abstract');
  return specs.quals && d.type === specs.type ? qualified(d.type, specs.quals) : d.type;
}
