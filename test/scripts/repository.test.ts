// Facts about the repository's own files that nothing else would notice breaking: the manifest names files that exist, the packing list has them,
// and every room of src/ has its import rule.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/process.mjs';

const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('every file that package.json contributes exists and is packed', () => {
  const contributed: string[] = [
    manifest.icon,
    ...manifest.contributes.languages.flatMap((l: { configuration?: string }) => l.configuration ?? []),
    ...manifest.contributes.grammars.map((g: { path: string }) => g.path),
    ...Object.values(manifest.contributes.viewsContainers as Record<string, { icon: string }[]>)
      .flat()
      .map((v) => v.icon)
      .filter((icon) => !icon.startsWith('$(')),
  ];
  const packed = read('.vscodeignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  for (const name of contributed.map((file) => file.replace(/^\.\//, ''))) {
    assert.ok(existsSync(path.join(root, name)), `${name} does not exist`);
    assert.ok(
      packed.some((p) => p === name || (p.endsWith('/**') && name.startsWith(p.slice(0, -2)))),
      `${name} is not in .vscodeignore's list`,
    );
  }
  for (const entry of [manifest.main, manifest.browser, `./${manifest.bin.interlock}`]) {
    assert.ok(packed.includes(entry.slice(2)), `${entry} is not in .vscodeignore's list`);
  }
});

test('grammar and language settings are valid JSON, and the grammar includes only rules it has', () => {
  JSON.parse(read('syntaxes/scenario.language-configuration.json'));
  const grammar = JSON.parse(read('syntaxes/scenario.tmLanguage.json'));
  const included = [...read('syntaxes/scenario.tmLanguage.json').matchAll(/"include":\s*"#([\w-]+)"/g)].map((m) => m[1]);
  for (const name of included) assert.ok(grammar.repository[name], `#${name} is included but not defined`);
  for (const name of Object.keys(grammar.repository)) assert.ok(included.includes(name), `#${name} is defined but not included`);
});

test('every room of src/ has an import rule', () => {
  const rules = createRequire(import.meta.url)(path.join(root, '.dependency-cruiser.cjs')).forbidden.map(
    (rule: { name: string }) => rule.name,
  );
  for (const entry of readdirSync(path.join(root, 'src'), { withFileTypes: true })) {
    if (entry.isDirectory()) assert.ok(rules.includes(`room-${entry.name}`), `src/${entry.name} has no rule in .dependency-cruiser.cjs`);
  }
});
