// Initialisers: nested braces, elided braces, designators and strings become a flat list of stores at byte offsets.
// The walk keeps a stack of the aggregates between the braces and the scalar at hand ("current object", C17 6.7.9), because a designator moves the
// stack and a value without braces goes on where the stack points.
import { isStaticInitializer } from './constant.js';
import { parseAssignment, parseConstant } from './expressions.js';
import { findField, memberNames, sizeOf } from './layout.js';
import { assignConvert } from './parser-conversions.js';
import { nearest } from './parser-names.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';
import type { Expr, InitItem, Initializer } from './tree.js';
import { typeToString } from './type-names.js';
import { arrayOf, isCharType, qualified } from './type-ops.js';
import type { ArrayType, CType, Field, RecordDecl } from './types.js';

/** A place inside the object that is initialised. */
interface Place {
  readonly type: CType;
  readonly offset: number;
  readonly bitOffset?: number;
  readonly bitWidth?: number;
}

/** An aggregate on the way; `next` is its next element. */
interface Frame {
  readonly type: CType;
  readonly offset: number;
  next: number;
}

interface Walk {
  readonly p: Parser;
  readonly isStatic: boolean;
  /** The object's own type: the only record whose flexible array may be initialised (MSVC: C4200 and C4815 permit it, the object grows). */
  readonly object: CType;
  /** That flexible array, once it is reached. */
  flexible?: { type: CType; offset: number; next: number };
  items: InitItem[];
  /** Largest offset among the items, and how many items were looked at to drop some. */
  highest: number;
  looks: number;
}

/** Reads an initialiser (behind `=`, or the braces of a compound literal) of an object of `declared`; completes `[]` by it. */
export function parseInitializer(p: Parser, declared: CType, isStatic: boolean): { type: CType; init: Initializer } {
  const start = p.tok;
  const w: Walk = { p, isStatic, object: declared, items: [], highest: -1, looks: 0 };
  const place: Place = { type: declared, offset: 0 };
  const braces = p.is('{');
  let type = declared;
  if (braces) {
    type = braced(w, place);
  } else {
    const value = parseAssignment(p);
    if (declared.kind === 'array' && (value.kind !== 'string' || !storeString(w, place, value))) {
      if (value.type.kind !== 'error')
        p.error(
          'c-initializer',
          value.range,
          `an array ('${typeToString(declared)}') needs an initialiser in braces${isCharType(declared.element) ? ' or a string' : ''}`,
        );
    } else if (declared.kind === 'array' && value.kind === 'string' && declared.length === undefined) {
      type = arrayOf(declared.element, value.bytes.length / value.unit);
    } else if (declared.kind !== 'array') {
      store(w, place, value);
    }
  }
  const zero = braces ? type.kind === 'array' || type.kind === 'record' || w.items.length === 0 : type.kind === 'array';
  const end = w.flexible;
  const grown = end?.type.kind === 'array' ? { size: end.offset + end.next * sizeOf(end.type.element) } : {};
  return { type, init: { items: w.items, zero, ...grown, range: p.rangeFrom(start) } };
}

/** A scalar, or a record copied as a whole. */
function store(w: Walk, place: Place, value: Expr): void {
  const converted = assignConvert(w.p, value, place.type, { what: 'initialisation' });
  if (w.isStatic && !isStaticInitializer(converted))
    w.p.error('c-constant', value.range, 'the initialiser of a static object must be a constant');
  w.highest = Math.max(w.highest, place.offset);
  w.items.push({
    offset: place.offset,
    type: place.type,
    value: converted,
    ...(place.bitWidth !== undefined ? { bitOffset: place.bitOffset, bitWidth: place.bitWidth } : {}),
  });
}

/** A string into a character array; false if the two do not fit. */
function storeString(w: Walk, place: Place, value: Expr): boolean {
  if (value.kind !== 'string' || place.type.kind !== 'array') return false;
  const element = place.type.element;
  if (element.kind !== 'int' || element.size !== value.unit || element.bool) return false;
  const units = value.bytes.length / value.unit;
  const length = place.type.length ?? units;
  // The terminator alone may be lost; MSVC takes that without a word in C.
  if (units - 1 > length)
    w.p.error('c-initializer', value.range, `the string has ${units} characters with its terminator, the array only ${length}`);
  w.highest = Math.max(w.highest, place.offset);
  w.items.push({ offset: place.offset, type: arrayOf(element, length), value });
  return true;
}

const namedFields = (decl: RecordDecl): readonly Field[] => decl.fields.filter((f) => f.name !== undefined || f.type.kind === 'record');
const fieldCache = new WeakMap<readonly Field[], readonly Field[]>();

function elements(decl: RecordDecl): readonly Field[] {
  let list = fieldCache.get(decl.fields);
  if (!list) {
    list = decl.union ? namedFields(decl).slice(0, 1) : namedFields(decl);
    fieldCache.set(decl.fields, list);
  }
  return list;
}

function fieldPlace(f: Field, base: Place | Frame): Place {
  return { type: qualified(f.type, base.type.quals), offset: base.offset + f.offset, bitOffset: f.bitOffset, bitWidth: f.bitWidth };
}

/** The frame's next element, or undefined when it is full. */
function element(f: Frame): Place | undefined {
  if (f.type.kind === 'array') {
    if (f.type.length !== undefined && f.next >= f.type.length) return undefined;
    return { type: f.type.element, offset: f.offset + f.next * sizeOf(f.type.element) };
  }
  if (f.type.kind !== 'record') return undefined;
  const field = elements(f.type.decl)[f.next];
  return field && fieldPlace(field, f);
}

const isAggregate = (t: CType): boolean => t.kind === 'array' || t.kind === 'record';

/** `{ ... }` for one object. Returns its type, completed if it was `[]`. */
function braced(w: Walk, place: Place): CType {
  const { p } = w;
  const open = p.next();
  if (!p.enter(2)) {
    p.leave(2);
    p.skipToClose();
    p.panicking = false;
    p.accept('}');
    return place.type;
  }
  let type = place.type;
  if (type.kind === 'error' || !isAggregate(type)) bracedScalar(w, place, open);
  else if (type.kind === 'record' && !type.decl.complete) {
    p.error('c-incomplete', open.range, `'${typeToString(type)}' is not defined, so it cannot be initialised`);
    p.skipToClose();
  } else type = bracedAggregate(w, place);
  p.leave(2);
  p.expect('}', 'to close the initialiser');
  return type;
}

/** After an error in one element: goes to the next one. False if the braces end without a `}` in sight. */
function nextElement(p: Parser): boolean {
  let depth = 0;
  while (!p.atEnd) {
    const x = p.tok.text;
    if (depth === 0 && x === ';') return false;
    if (depth === 0 && (x === ',' || x === '}')) {
      p.panicking = false;
      p.accept(',');
      return true;
    }
    if (x === '{' || x === '(' || x === '[') depth++;
    else if (x === '}' || x === ')' || x === ']') depth = Math.max(0, depth - 1);
    p.next();
  }
  return false;
}

function bracedScalar(w: Walk, place: Place, open: Token): void {
  const { p } = w;
  if (p.is('}')) return;
  if (place.type.kind === 'error') {
    p.skipToClose();
    return;
  }
  if (p.is('{')) braced(w, place);
  else store(w, place, parseAssignment(p));
  p.accept(',');
  if (!p.is('}') && !p.panicking) {
    p.error('c-initializer', open.range, `too many initialisers for '${typeToString(place.type)}'`);
    p.skipToClose();
  }
}

function bracedAggregate(w: Walk, place: Place): CType {
  const { p } = w;
  const root: Frame = { type: place.type, offset: place.offset, next: 0 };
  const stack: Frame[] = [root];
  let longest = 0;
  let reported = false;
  const first = p.tok;
  if (first.kind === 'string' && place.type.kind === 'array' && isCharacterArray(place.type)) {
    const before = p.pos;
    const value = parseAssignment(p);
    p.accept(',');
    if (p.is('}') && storeString(w, place, value))
      return value.kind === 'string' && place.type.length === undefined
        ? arrayOf(place.type.element, value.bytes.length / value.unit)
        : place.type;
    p.seek(before);
  }
  while (!p.is('}') && !p.atEnd) {
    if (p.panicking && !nextElement(p)) break;
    if (p.is('}')) break;
    if (p.is('.') || p.is('[')) {
      if (!designate(w, stack, root)) {
        p.panicking = true;
        continue;
      }
    } else {
      while (stack.length > 1 && element(stack[stack.length - 1]) === undefined) stack.pop();
    }
    const top = stack[stack.length - 1];
    const at = element(top);
    if (!at) {
      if (!reported) p.error('c-initializer', p.tok.range, `too many initialisers for '${typeToString(place.type)}'`);
      reported = true;
      if (p.is('{')) {
        p.next();
        p.skipToClose();
        p.accept('}');
      } else parseAssignment(p);
    } else {
      top.next++;
      longest = Math.max(longest, root.next);
      initializeElement(w, stack, at);
    }
    if (!p.panicking && !p.accept(',')) break;
  }
  if (place.type.kind === 'array' && place.type.length === undefined) return arrayOf(place.type.element, Math.max(longest, root.next));
  return place.type;
}

function isCharacterArray(t: ArrayType): boolean {
  return t.element.kind === 'int' && t.element.size <= 2;
}

function isOwnFlexibleArray(w: Walk, stack: readonly Frame[]): boolean {
  const { type, offset } = stack[0];
  return stack.length === 1 && offset === 0 && type.kind === 'record' && w.object.kind === 'record' && type.decl === w.object.decl;
}

const isFlexible = (t: CType): boolean => t.kind === 'array' && t.length === undefined;

/** Names of parts of an object that are initialised again may cost so many looks at what was there. */
const MAX_LOOKS = 20_000_000;

/** Drops the values between two offsets. */
function forget(w: Walk, start: number, end: number): void {
  w.looks += w.items.length;
  if (w.looks > MAX_LOOKS) {
    w.p.error('c-initializer', w.p.tok.range, 'too many designators that go back in one initialiser', 'write the elements in their order');
    w.p.panicking = true;
    return;
  }
  if (w.items.some((i) => i.offset >= start && i.offset < end)) w.items = w.items.filter((i) => i.offset < start || i.offset >= end);
}

/** One value (or braces) for `at`; goes down into aggregates whose braces are left out. */
function initializeElement(w: Walk, stack: Frame[], at: Place): void {
  const { p } = w;
  const own = isOwnFlexibleArray(w, stack);
  if (at.type.kind === 'array' && at.type.length === undefined && !own) {
    p.error('c-initializer', p.tok.range, 'an array without length in a nested structure cannot be initialised');
    if (!p.is('{')) parseAssignment(p);
    else {
      p.next();
      p.skipToClose();
      p.accept('}');
    }
    return;
  }
  if (p.is('{')) {
    // A whole sub-object starts anew: earlier values in it are forgotten.
    if (isAggregate(at.type)) {
      const end = at.offset + sizeOf(at.type);
      if (at.offset <= w.highest) forget(w, at.offset, end);
    }
    const type = braced(w, at);
    if (own && isFlexible(at.type) && type.kind === 'array') w.flexible = { type, offset: at.offset, next: type.length ?? 0 };
    return;
  }
  const value = parseAssignment(p);
  let place = at;
  for (;;) {
    if (place.type.kind === 'error' || value.type.kind === 'error') return;
    if (value.kind === 'string' && storeString(w, place, value)) {
      const type = w.items[w.items.length - 1].type;
      if (own && isFlexible(place.type) && type.kind === 'array') w.flexible = { type, offset: place.offset, next: type.length ?? 0 };
      return;
    }
    if (!isAggregate(place.type)) break;
    if (place.type.kind === 'record' && value.type.kind === 'record' && value.type.decl === place.type.decl) break;
    const frame: Frame = { type: place.type, offset: place.offset, next: 0 };
    const inner = element(frame);
    if (!inner || stack.length > 200) {
      p.error('c-initializer', value.range, `'${typeToString(place.type)}' has nothing to initialise`);
      return;
    }
    frame.next = 1;
    if (own && isFlexible(place.type)) w.flexible = frame;
    stack.push(frame);
    place = inner;
  }
  store(w, place, value);
}

/** `.a.b[2] =`: makes the designated element the next one of the innermost frame. False after a syntax error. */
function designate(w: Walk, stack: Frame[], root: Frame): boolean {
  const { p } = w;
  stack.length = 1;
  let frame = root;
  for (let first = true; p.is('.') || p.is('['); first = false) {
    if (!first) {
      const at = element(frame);
      if (!at) return false;
      frame.next++;
      frame = { type: at.type, offset: at.offset, next: 0 };
      stack.push(frame);
    }
    const ok = p.is('.') ? designateMember(p, stack, frame) : designateIndex(p, frame);
    if (!ok) return false;
    frame = stack[stack.length - 1];
  }
  return p.expect('=', 'after the designator');
}

function designateIndex(p: Parser, frame: Frame): boolean {
  const at = p.next();
  const v = parseConstant(p, 'the index of a designator');
  if (!p.expect(']', 'after the index')) return false;
  if (frame.type.kind !== 'array') {
    p.error('c-initializer', at.range, `'${typeToString(frame.type)}' is not an array: use '.member ='`);
    p.panicking = true;
    return false;
  }
  if (v) {
    if (v.value < 0n || (frame.type.length !== undefined && v.value >= BigInt(frame.type.length)) || v.value > 0x7fffffffn) {
      p.error('c-initializer', v.range, `the index ${v.value} is outside of '${typeToString(frame.type)}'`);
      p.panicking = true;
      return false;
    }
    frame.next = Number(v.value);
  }
  return true;
}

function designateMember(p: Parser, stack: Frame[], frame: Frame): boolean {
  p.next();
  const name = p.tok;
  if (name.kind !== 'identifier') {
    p.syntaxError("expected a member name after '.'");
    return false;
  }
  p.next();
  const decl = frame.type.kind === 'record' ? frame.type.decl : undefined;
  const path = decl && findField(decl, name.text);
  if (!decl || !path) {
    const near = decl && p.mayHint && nearest(name.text, memberNames(decl));
    p.error(
      'c-no-member',
      name.range,
      `'${typeToString(frame.type)}' has no member '${name.text}'`,
      near ? `did you mean '${near}'?` : undefined,
    );
    p.panicking = true;
    return false;
  }
  let at = frame;
  path.forEach((f, i) => {
    const last = i === path.length - 1;
    const record = (at.type as CType & { kind: 'record' }).decl;
    if (record.union) {
      // Any member of a union may be named, although only the first is reached without a name: a frame of its own holds just this one.
      const single: RecordDecl = { ...record, fields: [f] };
      at.next = 1;
      at = { type: { kind: 'record', quals: at.type.quals, decl: single }, offset: at.offset, next: 0 };
      stack.push(at);
    } else {
      at.next = elements(record).indexOf(f);
    }
    if (!last) {
      const place = fieldPlace(f, at);
      at.next++;
      at = { type: place.type, offset: place.offset, next: 0 };
      stack.push(at);
    }
  });
  return true;
}
