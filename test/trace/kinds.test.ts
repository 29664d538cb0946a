// The kernel records exactly the events of the catalogue: every call in src/kernel names a kind with exactly its values, and every kind is recorded somewhere.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { isAddressMeaning, KIND_ID, KIND_NAMES, KINDS, kindInfo, WORD, WORDS } from '../../src/trace/kinds.js';
import { Trace } from '../../src/trace/trace.js';

const root = new URL('../../src/kernel/', import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts') && !f.endsWith('.gen.ts'));

interface Call {
  readonly where: string;
  readonly kind: string;
  /** Names of an `event` call, undefined for `note`. */
  readonly names?: string[];
  readonly count: number;
}

/** `KIND_ID['kind']`. */
const kindOf = (e: ts.Expression): string | undefined =>
  ts.isElementAccessExpression(e) && e.expression.getText() === 'KIND_ID' ? (e.argumentExpression as ts.StringLiteral).text : undefined;

function callsIn(file: string): Call[] {
  const text = readFileSync(new URL(file, root), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const out: Call[] = [];
  // kinds that the file has as constants
  const named = new Map<string, string>();
  for (const s of source.statements)
    if (ts.isVariableStatement(s))
      for (const d of s.declarationList.declarations) {
        const kind = d.initializer && kindOf(d.initializer);
        if (kind !== undefined) named.set(d.name.getText(), kind);
      }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const where = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
      const [first, second] = node.arguments;
      if (node.expression.name.text === 'event' && first && ts.isStringLiteral(first)) {
        assert.ok(second && ts.isObjectLiteralExpression(second), `${where}: the values are written at the call`);
        const names = second.properties.map((p) => {
          assert.ok(p.name && ts.isIdentifier(p.name), `${where}: plain names only`);
          return p.name.text;
        });
        out.push({ where, kind: first.text, names, count: names.length });
      } else if (node.expression.name.text === 'note' && first) {
        const kind = kindOf(first) ?? named.get(first.getText());
        if (kind !== undefined) out.push({ where, kind, count: node.arguments.length - 1 });
        else assert.ok(!ts.isElementAccessExpression(first), `${where}: kinds are of KIND_ID`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return out;
}

const calls = files.flatMap(callsIn);

test('every recorded event is of the catalogue, with exactly its values', () => {
  assert.ok(calls.length > 130, `${calls.length} calls found`);
  for (const c of calls) {
    const info = kindInfo(c.kind);
    assert.ok(info, `${c.where}: ${c.kind} is not in the catalogue`);
    const names = Object.keys(info.values);
    if (c.names) assert.deepEqual([...c.names].sort(), [...names].sort(), `${c.where}: ${c.kind}`);
    else {
      assert.equal(c.count, names.length, `${c.where}: ${c.kind}`);
      assert.ok(!Object.values(info.values).includes('quad'), `${c.where}: no 64-bit values in note`);
    }
  }
});

test('every kind of the catalogue is recorded by the kernel', () => {
  const recorded = new Set(calls.map((c) => c.kind));
  assert.deepEqual(
    KIND_NAMES.filter((k) => !recorded.has(k)),
    [],
  );
});

test('the catalogue is in order: numbers, words, locks', () => {
  KIND_NAMES.forEach((k, i) => assert.equal(KIND_ID[k], i));
  WORDS.forEach((w, i) => assert.equal(WORD[w], i));
  for (const [kind, info] of Object.entries(KINDS)) {
    assert.match(kind, /^[a-z]+(\.[a-z-]+)+$/);
    assert.ok(info.meaning.length > 3, kind);
    assert.ok(Object.keys(info.values).length <= 8, kind);
    if ('lock' in info) assert.ok(Object.values(info.values).includes('lock'), kind);
  }
});

test('note and event record the same', () => {
  const clock = { step: 1, time: 2, cpu: 0, thread: 0 };
  const [a, b] = [new Trace(clock, KINDS), new Trace(clock, KINDS)];
  a.event('ke.spin.acquire', { lock: -5e12, exclusive: 1, type: 'plain' });
  b.note(KIND_ID['ke.spin.acquire'], -5e12, 1, WORD.plain);
  assert.deepEqual(a.get(0), b.get(0));
  assert.equal(a.hash(), b.hash());
  assert.equal(isAddressMeaning('lock'), true);
  const seen: number[] = [];
  b.addresses(0, (x) => seen.push(x));
  assert.deepEqual(seen, [-5e12]);
});

test('without recording nothing moves', () => {
  const t = new Trace(undefined, KINDS);
  t.recording = false;
  t.event('ke.event.reset', { event: 1 });
  t.note(KIND_ID['ke.irql'], 0, 2);
  assert.deepEqual([t.length, t.cursor, t.hash()], [0, 0, new Trace().hash()]);
});
