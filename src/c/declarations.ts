// Declarations at file scope and in blocks: specifiers, a list of declarators with initialisers, or a function definition.
import { parseConstant } from './expressions.js';
import { parseStrings } from './literals.js';
import { type Declarator, parseDeclarator } from './parser-declarators.js';
import { beginDefinition } from './parser-functions.js';
import { reportCpp, reportUndeclared } from './parser-names.js';
import { skipPrototype } from './parser-prototypes.js';
import { reportAssembly } from './parser-refused.js';
import { parseSpecifiers, type Specifiers } from './parser-specifiers.js';
import type { Parser } from './parser-state.js';
import { declareFunction, declareGlobal, declareLocal, declareTypedef } from './parser-symbols.js';
import { CPP_WORDS } from './parser-words.js';
import type { Token } from './token.js';
import type { VarSymbol } from './tree.js';
import { typeToString } from './type-names.js';
import { isComplete, isConst } from './type-ops.js';

/** One declaration or definition at file scope. Always moves on. */
export function parseExternalDeclaration(p: Parser): void {
  const before = p.pos;
  p.tooDeep = false;
  p.pragmas.sync();
  if (p.accept(';')) return;
  if (p.tok.range.file.builtin && skipPrototype(p)) return;
  if (p.is('_Static_assert') || p.is('static_assert')) parseStaticAssert(p);
  else if (p.is('__asm')) {
    reportAssembly(p, p.tok);
    p.panicking = true;
  } else if (p.is('extern') && p.peek().kind === 'string') {
    reportCpp(p, p.tok);
    p.next();
    p.next();
    p.accept('{');
  } else if (p.tok.kind === 'identifier' && CPP_WORDS.has(p.tok.text) && !p.declared(p.tok.text)) {
    reportCpp(p, p.tok);
    p.panicking = true;
  } else if (p.is('}')) {
    p.error('c-syntax', p.tok.range, "'}' without a matching '{'");
    p.next();
  } else declaration(p);
  if (p.panicking) p.recover();
  if (p.pos === before) p.next();
}

function declaration(p: Parser): void {
  const specs = parseSpecifiers(p, 'file');
  if (p.panicking) return;
  if (p.is(';')) {
    endWithoutName(p, specs);
    return;
  }
  if (!specs.explicit && p.tok.kind !== 'identifier' && !p.is('*') && !p.is('(')) {
    p.syntaxError('expected a declaration');
    return;
  }
  for (let first = true; ; first = false) {
    const d = parseDeclarator(p, specs.type, 'concrete');
    if (!d.name || p.panicking) return;
    if (!specs.explicit && !implicitInt(p, specs, d)) return;
    if (
      first &&
      d.type.kind === 'function' &&
      specs.storage !== 'typedef' &&
      (p.is('{') || (d.names !== undefined && p.startsDeclaration(p.tok)))
    ) {
      beginDefinition(p, specs, d);
      return;
    }
    declareOne(p, specs, d);
    if (p.panicking || !p.accept(',')) break;
  }
  p.expect(';', 'after the declaration');
}

function endWithoutName(p: Parser, specs: Specifiers): void {
  if (!specs.hasTag && specs.explicit) p.warn('c-empty-declaration', specs.start.range, 'the declaration declares nothing');
  else if (!specs.explicit && specs.sal.length === 0) p.syntaxError('expected a declaration');
  p.next();
}

/** False (after a message) if the line is not a declaration at all, for example a macro nobody defined. */
function implicitInt(p: Parser, specs: Specifiers, d: Declarator): boolean {
  const name = d.name!;
  const follows = p.is(';') || p.is('{') || p.is(',') || p.is('=') || (d.names !== undefined && p.startsDeclaration(p.tok));
  const usable = d.isFunction ? follows : specs.storage !== 'none' || specs.quals !== 0 || p.is('=') || p.is('[');
  if (usable && !p.declared(name.text)) {
    p.warn('c-implicit-int', name.range, `'${name.text}' has no type; int is assumed`);
    return true;
  }
  if (p.declared(name.text) && !d.isFunction) p.syntaxError('expected a type in the declaration');
  else if (p.declared(name.text)) return true;
  else reportUndeclared(p, name, 'type');
  // `MACRO(x)` in front of a declaration: what follows is read on its own.
  if (!d.isFunction) p.panicking = true;
  return false;
}

function checkNames(p: Parser, d: Declarator): void {
  if (!d.names) return;
  for (const n of d.names) reportUndeclared(p, n, 'type');
}

/** A declarator at file scope that is not a definition with a body. */
function declareOne(p: Parser, specs: Specifiers, d: Declarator): void {
  const name = d.name!;
  checkNames(p, d);
  if (specs.storage === 'typedef') {
    declareTypedef(p, name, d.type, [...specs.sal, ...d.sal]);
    return;
  }
  if (d.type.kind === 'function') {
    declareFunction(p, name, d.type, specs, d.sal);
    if (p.is('=')) p.syntaxError('a function cannot be initialised: expected a semicolon');
    return;
  }
  const hasInit = p.is('=');
  const v = declareGlobal(p, name, d.type, specs, d.sal, hasInit);
  if (d.type.kind === 'void') p.error('c-types', name.range, `the variable '${name.text}' cannot have type void`);
  if (v.defined) checkNotEmpty(p, v, name);
  if (hasInit) initialize(p, v, true);
}

/** An array of no elements may only be the tail of a structure (MSVC: C2466). */
function checkNotEmpty(p: Parser, v: VarSymbol, name: Token): void {
  if (v.type.kind === 'array' && v.type.length === 0)
    p.error(
      'c-array-length',
      name.range,
      `the array '${name.text}' has no elements`,
      'a length of 0 is possible only for the last member of a structure',
    );
}

function initialize(p: Parser, v: VarSymbol, isStatic: boolean): void {
  p.next();
  const { type, init } = p.grammar.initializer(p, v.type, isStatic);
  v.type = type;
  v.init ??= init;
}

/** A declaration in a block. Returns the automatic variables; static and extern ones belong to the unit. */
export function parseLocalDeclaration(p: Parser): VarSymbol[] {
  const vars: VarSymbol[] = [];
  const specs = parseSpecifiers(p, 'block');
  if (p.panicking) return vars;
  if (p.is(';')) {
    endWithoutName(p, specs);
    return vars;
  }
  for (;;) {
    const d = parseDeclarator(p, specs.type, 'concrete');
    if (!d.name || p.panicking) return vars;
    if (!specs.explicit) p.warn('c-implicit-int', d.name.range, `'${d.name.text}' has no type; int is assumed`);
    declareInBlock(p, specs, d, vars);
    if (p.panicking || !p.accept(',')) break;
  }
  p.expect(';', 'after the declaration');
  return vars;
}

function declareInBlock(p: Parser, specs: Specifiers, d: Declarator, vars: VarSymbol[]): void {
  const name = d.name!;
  if (specs.storage === 'typedef') {
    declareTypedef(p, name, d.type, [...specs.sal, ...d.sal]);
    return;
  }
  checkNames(p, d);
  if (d.type.kind === 'function') {
    declareFunction(p, name, d.type, specs, d.sal);
    if (p.is('{')) p.syntaxError(`a function cannot be defined inside another; is a '}' missing above '${name.text}'?`);
    return;
  }
  if (specs.storage === 'extern') {
    const v = declareGlobal(p, name, d.type, specs, d.sal, false);
    p.scope.names.set(name.text, v);
    if (p.is('=')) p.syntaxError("an 'extern' in a block cannot be initialised");
    return;
  }
  const v = declareLocal(p, name, d.type, specs, d.sal);
  if (v.scope === 'local') vars.push(v);
  if (p.is('=')) initialize(p, v, v.scope === 'static');
  checkNotEmpty(p, v, name);
  if (v.type.kind === 'void') {
    p.error('c-types', name.range, `the variable '${name.text}' cannot have type void`);
  } else if (!isComplete(v.type)) {
    p.error('c-incomplete', name.range, `the variable '${name.text}' has the incomplete type '${typeToString(v.type)}'`);
  } else if (!v.init && isConst(v.type) && v.scope === 'local' && !p.panicking) {
    p.report('hint', 'c-const', name.range, `the constant '${name.text}' has no value`);
  }
}

/** `_Static_assert(condition, "message");` */
export function parseStaticAssert(p: Parser): void {
  const word = p.next();
  p.expect('(', `after '${word.text}'`);
  const v = p.panicking ? undefined : parseConstant(p, 'a static assertion');
  let message = '';
  if (p.accept(',') && p.tok.kind === 'string') {
    const texts: string[] = [];
    while (p.tok.kind === 'string') texts.push(p.next().text);
    const { bytes, unit } = parseStrings(texts);
    for (let i = 0; i < bytes.length - unit; i += unit) message += String.fromCharCode(bytes[i] | (unit === 2 ? bytes[i + 1] << 8 : 0));
  }
  p.expect(')', 'to close the static assertion');
  if (v && v.value === 0n) p.error('c-static-assert', v.range, `static assertion failed${message ? `: ${message}` : ''}`);
  p.expect(';', 'after the static assertion');
}
