// Every documented DDI is declared by the header that documents it, with the IRQL annotations that Windows' headers carry. ddi-names.txt is what
// scripts/gen-wdk-ddi.mjs read from the reference table: name, header, annotations.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { irqlOf } from '../../src/kernel/irql-limit.js';
import { compile, include } from './headers.js';

interface Row {
  readonly name: string;
  readonly header: string;
  readonly annotations: readonly string[];
}
const rows: Row[] = readFileSync(new URL('./ddi-names.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [name, header, annotations] = line.split(' ');
    return { name, header, annotations: annotations ? annotations.split(';') : [] };
  });
const units = Object.fromEntries(['wdm.h', 'ntddk.h', 'ntifs.h'].map((h) => [h, compile(include(h))]));

test('every documented DDI is declared by its header: function, inline code or macro', () => {
  assert.equal(rows.length, 1865);
  const missing = rows.filter(({ name, header }) => {
    const unit = units[header];
    return unit.scope.names.get(name)?.kind !== 'function' && !unit.macros.has(name);
  });
  assert.deepEqual(
    missing.map((r) => `${r.name} (${r.header})`),
    [],
  );
});

test('no DDI of the table is left to an implicit declaration in the other headers', () => {
  const unit = units['ntifs.h'];
  const strangers = rows.filter(({ name }) => !unit.scope.names.has(name) && !unit.macros.has(name));
  assert.deepEqual(strangers, [], 'ntifs.h has them all');
});

test('IRQL annotations of the table are carried over; the level is the same or stricter', () => {
  const wrong: string[] = [];
  let compared = 0;
  for (const { name, header, annotations } of rows) {
    const symbol = units[header].scope.names.get(name);
    if (symbol?.kind !== 'function') continue; // a macro stands for the routine that it names
    const have = (sal: string): readonly string[] | undefined => symbol.sal.find((a) => a.name === sal)?.args;
    const level = (text: string): number => irqlOf(text) ?? Number.NaN;
    for (const a of annotations) {
      compared++;
      const [word, value] = a.split(/=(.*)/);
      if (word === 'requires_max') {
        const args = have('_IRQL_requires_max_');
        if (!args || !(level(args[0]) <= level(value))) wrong.push(`${name}: at most ${value}, not ${args?.[0]}`);
      } else if (word === 'requires_min') {
        const args = have('_IRQL_requires_min_');
        if (value !== 'PASSIVE_LEVEL' && (!args || level(args[0]) !== level(value)))
          wrong.push(`${name}: at least ${value}, not ${args?.[0]}`);
      } else if (word === 'requires' && value !== undefined) {
        const args = have('_IRQL_requires_');
        if (!args || level(args[0]) !== level(value)) wrong.push(`${name}: exactly ${value}, not ${args?.[0]}`);
      } else if (word === 'raises') {
        const args = have('_IRQL_raises_');
        if (!args || level(args[0]) !== level(value)) wrong.push(`${name}: raises to ${value}, not ${args?.[0]}`);
      } else if (word === 'saves' || word === 'restores') {
        const anywhere =
          have(`_IRQL_${word}_`) ??
          (symbol.type.kind === 'function'
            ? symbol.type.params.flatMap((p) => p.sal).find((s) => s.name === `_IRQL_${word}_`)?.args
            : undefined);
        if (!anywhere) wrong.push(`${name}: ${word}`);
      } else if (word.startsWith('when[') && !have('_When_')) wrong.push(`${name}: ${a}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(compared > 950, `${compared} annotations`);
});

test('every pointer that a documented DDI takes says its direction', () => {
  const direction = /^_(In|Out|Inout|Outptr|Reserved|COM_Outptr|Frees|IRQL_(saves|restores))_?/;
  const silent: string[] = [];
  let pointers = 0;
  for (const { name, header } of rows) {
    const symbol = units[header].scope.names.get(name);
    if (symbol?.kind !== 'function') continue;
    for (const [n, p] of symbol.type.params.entries()) {
      if (p.type.kind !== 'pointer') continue;
      pointers++;
      if (!p.sal.some((a) => direction.test(a.name))) silent.push(`${name}, parameter ${n + 1}`);
    }
  }
  assert.deepEqual(silent, []);
  assert.ok(pointers > 3000, `${pointers} pointers`);
});

test('every documented routine of the filter manager that drivers are known to use is declared', () => {
  const unit = compile(include('fltKernel.h'));
  const names = readFileSync(new URL('./flt-names.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  assert.ok(names.length > 100);
  assert.deepEqual(
    names.filter((n) => !unit.scope.names.has(n) && !unit.macros.has(n)),
    [],
  );
});
