// struct, union and enum: tags, bodies, MSVC's unnamed members, bit-fields.
import { parseConstant } from './expressions.js';
import { layoutRecord, type MemberSpec, memberNames, sizeOf } from './layout.js';
import { type Attributes, skipAttribute } from './parser-attributes.js';
import type { Parser } from './parser-state.js';
import { declareEnumerator } from './parser-symbols.js';
import { isSalWord } from './sal.js';
import type { Token } from './token.js';
import type { Scope } from './tree.js';
import { typeToString } from './type-names.js';
import { enumType, INT, isComplete, isInteger, recordType } from './type-ops.js';
import type { CType, EnumDecl, RecordDecl } from './types.js';

function findTag(scope: Scope, tag: string): RecordDecl | EnumDecl | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const found = s.tags.get(tag);
    if (found) return found;
  }
  return undefined;
}

const isRecord = (d: RecordDecl | EnumDecl): d is RecordDecl => 'fields' in d;

/** Attributes, annotations and tag behind the keyword. */
function readTag(p: Parser, attributes: Attributes): Token | undefined {
  while (p.tok.kind === 'keyword' && skipAttribute(p, attributes));
  // `struct _Struct_size_bytes_(n) NAME`: an annotation only if it has arguments, else it is a tag.
  while (p.tok.kind === 'identifier' && p.peek().text === '(' && isSalWord(p.tok.text)) p.takeAnnotations([]);
  return p.tok.kind === 'identifier' ? p.next() : undefined;
}

const noAttributes = (): Attributes => ({ align: 0, noreturn: false, dllimport: false, selectany: false, section: undefined });

export function parseRecord(p: Parser): CType {
  const word = p.next();
  const union = word.text === 'union';
  const attributes = noAttributes();
  const tag = readTag(p, attributes);
  const defines = p.is('{');
  if (!tag && !defines) {
    p.syntaxError(`expected a name or '{' after '${word.text}'`);
    return INT;
  }
  let decl: RecordDecl | undefined;
  if (tag) {
    const own = p.scope.tags.get(tag.text);
    const found =
      defines || (p.is(';') && p.previous === tag)
        ? (own ?? (defines ? undefined : findTag(p.scope, tag.text)))
        : findTag(p.scope, tag.text);
    if (found && (!isRecord(found) || found.union !== union)) {
      p.error(
        'c-redefined',
        tag.range,
        `'${tag.text}' is another kind of tag here`,
        undefined,
        found.range && [{ range: found.range, message: 'declared here' }],
      );
    } else if (found && isRecord(found)) {
      if (defines && found.complete) {
        p.error(
          'c-redefined',
          tag.range,
          `'${word.text} ${tag.text}' is defined twice`,
          undefined,
          found.range && [{ range: found.range, message: 'first defined here' }],
        );
      } else {
        decl = found;
      }
    }
  }
  if (!decl) {
    decl = (tag && p.unit.newRecord?.(tag.text, union, tag.range, p.scope)) ?? {
      tag: tag?.text,
      union,
      complete: false,
      fields: [],
      size: 0,
      align: 1,
      range: (tag ?? word).range,
    };
    if (tag) p.scope.tags.set(tag.text, decl);
  }
  if (defines) {
    if (tag) decl.range = tag.range;
    p.pragmas.sync();
    const pack = p.pragmas.pack;
    const before = p.panicking;
    const members = readMembers(p);
    if (members.length === 0 && !before && !p.panicking && p.tokens[p.pos - 2]?.text === '{')
      p.error('c-empty-record', (tag ?? word).range, `a ${word.text} needs at least one member in C`);
    layoutRecord(decl, members, pack, attributes.align);
  }
  return recordType(decl);
}

function readMembers(p: Parser): MemberSpec[] {
  p.next();
  const members: MemberSpec[] = [];
  const names = new Map<string, Token>();
  if (p.enter(4)) {
    while (!p.is('}') && !p.atEnd) {
      const before = p.pos;
      readMember(p, members, names);
      if (p.panicking) p.recover();
      if (p.pos === before) p.next();
    }
  } else {
    p.skipToClose();
    p.panicking = false;
  }
  p.leave(4);
  for (const m of members.slice(0, -1)) {
    if (m.type.kind === 'array' && m.type.length === undefined && m.range)
      p.error('c-incomplete', m.range, `the array '${m.name}' without length must be the last member`);
  }
  p.expect('}', 'to close the members');
  return members;
}

function readMember(p: Parser, members: MemberSpec[], names: Map<string, Token>): void {
  if (p.accept(';')) return;
  if (p.is('_Static_assert') || p.is('static_assert')) {
    p.grammar.staticAssert(p);
    return;
  }
  const specs = p.grammar.specifiers(p, 'member');
  const align = specs.align || undefined;
  if (p.is(';')) {
    // MSVC: an unnamed member of a record type gives its members to the enclosing record, whether it has a tag or a typedef name or none.
    if (specs.type.kind === 'record' && specs.type.decl.complete) {
      for (const n of memberNames(specs.type.decl)) claim(p, n, specs.start, names);
      members.push({ name: undefined, type: specs.type, align, range: specs.start.range });
    } else if (specs.type.kind !== 'record' && specs.type.kind !== 'enum' && specs.type.kind !== 'error') {
      p.warn('c-empty-declaration', specs.start.range, 'the declaration declares no member');
    }
    p.next();
    return;
  }
  for (;;) {
    if (p.is(':')) {
      bitField(p, members, undefined, specs.type, align, specs.start);
    } else {
      const d = p.grammar.declarator(p, specs.type, 'concrete');
      if (!d.name) return;
      claim(p, d.name.text, d.name, names);
      const sal = [...specs.sal, ...d.sal];
      if (p.is(':')) {
        bitField(p, members, d.name, d.type, align, d.name);
      } else {
        let type = d.type;
        const flexible = type.kind === 'array' && type.length === undefined && isComplete(type.element);
        if (type.kind === 'function' || (!isComplete(type) && !flexible)) {
          p.error(
            'c-incomplete',
            d.name.range,
            type.kind === 'function'
              ? `the member '${d.name.text}' cannot be a function: use a pointer`
              : `the member '${d.name.text}' has the incomplete type '${typeToString(type)}'`,
          );
          type = INT;
        }
        members.push({ name: d.name.text, type, align, range: d.name.range, sal });
      }
      p.takeAnnotations(sal);
    }
    if (p.panicking || !p.accept(',')) break;
  }
  p.expect(';', 'after the member');
}

function claim(p: Parser, name: string, at: Token, names: Map<string, Token>): void {
  const old = names.get(name);
  if (old)
    p.error('c-redefined', at.range, `there are two members '${name}'`, undefined, [{ range: old.range, message: 'first declared here' }]);
  else names.set(name, at);
}

function bitField(p: Parser, members: MemberSpec[], name: Token | undefined, type: CType, align: number | undefined, at: Token): void {
  p.next();
  const width = parseConstant(p, 'the width of a bit-field');
  if (!width || type.kind === 'error') return;
  if (!isInteger(type)) {
    p.error('c-bit-field', at.range, `a bit-field needs an integer type, not '${typeToString(type)}'`);
    return;
  }
  const bits = sizeOf(type) * 8;
  if (width.value < 0n || width.value > BigInt(bits) || (width.value === 0n && name)) {
    p.error(
      'c-bit-field',
      width.range,
      `a bit-field of type '${typeToString(type)}' has ${name ? 1 : 0} to ${bits} bits, not ${width.value}`,
    );
    return;
  }
  members.push({ name: name?.text, type, bitWidth: Number(width.value), align, range: at.range });
}

export function parseEnum(p: Parser): CType {
  const word = p.next();
  const tag = readTag(p, noAttributes());
  if (p.is(':')) {
    p.next();
    p.grammar.typeName(p);
  }
  const defines = p.is('{');
  if (!tag && !defines) {
    p.syntaxError("expected a name or '{' after 'enum'");
    return INT;
  }
  let decl: EnumDecl | undefined;
  if (tag) {
    const found = defines ? p.scope.tags.get(tag.text) : findTag(p.scope, tag.text);
    if (found && (isRecord(found) || (defines && found.complete))) {
      p.error(
        'c-redefined',
        tag.range,
        `'${tag.text}' is ${isRecord(found) ? 'another kind of tag here' : 'defined twice'}`,
        undefined,
        found.range && [{ range: found.range, message: 'first defined here' }],
      );
    } else if (found && !isRecord(found)) {
      decl = found;
    }
  }
  if (!decl) {
    decl = { tag: tag?.text, complete: false, members: [], range: (tag ?? word).range };
    if (tag) p.scope.tags.set(tag.text, decl);
  }
  if (defines) readEnumerators(p, decl);
  return enumType(decl);
}

function readEnumerators(p: Parser, decl: EnumDecl): void {
  p.next();
  let next = 0n;
  while (!p.is('}') && !p.atEnd && !p.panicking) {
    const name = p.tok;
    if (name.kind !== 'identifier') {
      p.syntaxError('expected the name of an enumeration constant');
      break;
    }
    p.next();
    p.takeAnnotations([]);
    if (p.accept('=')) {
      const v = parseConstant(p, 'the value of an enumeration constant');
      if (v) next = BigInt.asIntN(32, v.value);
    }
    decl.members.push({ name: name.text, value: next, range: name.range });
    declareEnumerator(p, name, next, decl);
    next = BigInt.asIntN(32, next + 1n);
    if (!p.accept(',')) break;
  }
  if (p.panicking) while (!p.is('}') && !p.is(';') && !p.atEnd) p.next();
  decl.complete = true;
  p.expect('}', 'to close the enumeration');
}
