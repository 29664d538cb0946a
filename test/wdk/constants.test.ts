// Constants that the kernel's sources name as a header does have the header's value. They stand twice because the kernel is compiled without the headers; a
// number that was mistyped would make a routine answer to other flags than drivers give.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { headerTexts } from './headers.js';

const folder = new URL('../../src/kernel/', import.meta.url);

/** Values of the macros that are a plain number, perhaps with a cast: two headers may have the same name for different things. */
const macros = new Map<string, Set<number>>();
for (const text of Object.values(headerTexts)) {
  for (const [, name, value] of text.matchAll(
    /^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+\(*(?:[A-Z]+\))?\(?(0x[\da-f]+|\d+)[ul]*\)*[ \t]*(?:\/[/*].*)?$/gim,
  ))
    macros.set(name, (macros.get(name) ?? new Set()).add(Number(value) | 0));
}

test('constants of the kernel are those of the headers', () => {
  const wrong: string[] = [];
  let compared = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.gen.ts')) continue;
    const text = readFileSync(new URL(file.replaceAll('\\', '/'), folder), 'utf8');
    for (const [, name, value] of text.matchAll(/^(?:export )?const ([A-Z][A-Z0-9_]+) = (0x[\da-fA-F_]+|[\d_]+)(?: \| 0)?;/gm)) {
      const values = macros.get(name);
      if (!values) continue;
      compared++;
      const number = Number(value.replaceAll('_', '')) | 0;
      if (!values.has(number)) wrong.push(`${file}: ${name} is ${value}, in the headers ${[...values]}`);
    }
  }
  assert.ok(compared > 40, `${compared} compared`);
  assert.deepEqual(wrong, []);
});
