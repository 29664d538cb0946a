// Expressions typed in the debugger: scope at a place, macros of the unit, types, and that nothing of the unit changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExpression, parseTypeName, scopeAt } from '../../src/c/compile-unit.js';
import { typeToString } from '../../src/c/type-names.js';
import { clean, fn, show } from './tree-helper.js';

const text = `
#define LIMIT 10
#define FIRST(s) ((s)->n[0])
typedef struct _S { int n[4]; struct _S *next; } S, *PS;
static int counter; int helper(PS s);
int f(PS s, int a) { int local = a; { S inner = { 0 }; local += inner.n[0]; } return local; }`;
const unit = clean(text);
const at = (place: string) => ({ unit, scope: scopeAt(fn(unit, 'f'), text.indexOf(place)) });

function evaluate(source: string, place = 'return local'): string {
  const r = parseExpression(source, at(place));
  return r.expr
    ? `${show(r.expr)} : ${typeToString(r.expr.type)}`
    : r.diagnostics.map((d) => `${d.severity}: ${d.message}${d.hint ? ` (${d.hint})` : ''}`).join('\n');
}

test('locals, globals, macros and members', () => {
  assert.equal(evaluate('local + counter'), '(local + counter) : int');
  assert.equal(evaluate('FIRST(s) > LIMIT'), '(decay s->n@0[0] > 10) : int');
  assert.equal(evaluate('s->next->n'), 's->next@16->n@0 : int[4]');
  assert.equal(evaluate('*s'), '(* s) : struct _S');
  assert.equal(evaluate('sizeof(S)'), '24 : size_t');
  assert.equal(evaluate('(PS)0x1000'), '4096 : PS');
  assert.equal(evaluate('local = 5'), '(local = 5) : int');
  assert.equal(evaluate('helper(s)'), 'helper(s) : int');
  assert.equal(evaluate('inner.n[1]', 'local += inner'), 'decay inner.n@0[1] : int');
});

test('mistakes are diagnostics with a place in the text', () => {
  assert.equal(evaluate('inner'), "error: 'inner' is not declared");
  assert.equal(evaluate('loacl'), "error: 'loacl' is not declared (did you mean 'local'?)");
  assert.equal(evaluate('local +'), 'error: expected an expression before the end of the text');
  assert.equal(evaluate('local local'), "error: expected the end of the expression before 'local'");
  assert.equal(evaluate(''), 'error: expected an expression before the end of the text');
  assert.match(evaluate('(S){ 1 }'), /compound literal/);
  const r = parseExpression('1 + nope', at('return local'));
  assert.deepEqual([r.diagnostics[0].range!.start, r.diagnostics[0].range!.end], [4, 8]);
});

test('evaluation leaves the unit as it was', () => {
  const f = fn(clean(text), 'f');
  const u = unit;
  const before = f.locals.map((v) => v.addressTaken);
  parseExpression('&local', { unit: u, scope: scopeAt(fn(u, 'f'), text.indexOf('return local')) });
  parseTypeName('struct _Nowhere *', at('return local'));
  assert.deepEqual(
    fn(unit, 'f').locals.map((v) => v.addressTaken),
    before,
  );
  assert.equal(unit.scope.tags.has('_Nowhere'), false);
});

test('type names', () => {
  const type = (s: string): string => {
    const r = parseTypeName(s, at('return local'));
    return r.type ? typeToString(r.type) : r.diagnostics[0].message;
  };
  assert.equal(type('PS'), 'PS');
  assert.equal(type('struct _S *'), 'struct _S *');
  assert.equal(type('unsigned char[4]'), 'unsigned char[4]');
  assert.equal(type('local'), "'local' is a value, not a type");
  assert.equal(type('NOPE'), "'NOPE' is not declared");
  assert.equal(type('PS x'), "expected the end of the type before 'x'");
});
