// The examples of every rule: the bad one is found, the good one has nothing worse than a note, every repair gives C that compiles and takes its finding away.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from '../../src/base/rules.js';
import { ALL_RULES } from '../../src/rules/all.js';
import { checkDriver, type Finding } from '../../src/rules/check.js';
import { RULE_HELP } from '../../src/rules/help.js';
import { applyFix, compileDriverText } from './helper.js';

const example = (rule: string, name: string): string => readFileSync(new URL(`./${rule}/${name}.c`, import.meta.url), 'utf8');
const page = (rule: string): string => readFileSync(new URL(`../../docs/rules/${rule}.md`, import.meta.url), 'utf8');
const found = (files: Record<string, string>): Finding[] => checkDriver({ units: compileDriverText(files) });
const isProblem = (f: Finding): boolean => f.severity === 'error' || f.severity === 'warning';

test('every rule id has a finder, a page and examples, and nothing else has', () => {
  assert.deepEqual(
    ALL_RULES.map((r) => r.id),
    RULES.map((r) => r.id),
  );
  for (const { id, title } of RULES) {
    assert.ok(existsSync(new URL(`../../src/rules/${id}.ts`, import.meta.url)), `src/rules/${id}.ts`);
    assert.ok(page(id).startsWith(`# ${title} (\`${id}\`)\n\n${RULE_HELP[id]}\n`), `docs/rules/${id}.md begins with its title and help`);
  }
});

for (const { id } of RULES) {
  test(`${id}: the bad example is found and only by this rule`, () => {
    const all = found({ 'bad.c': example(id, 'bad') }).filter(isProblem);
    assert.ok(all.length > 0);
    assert.deepEqual([...new Set(all.map((f) => f.rule))], [id]);
  });

  test(`${id}: the good example is clean`, () => {
    assert.deepEqual(found({ 'good.c': example(id, 'good') }).filter(isProblem), []);
  });

  test(`${id}: repairs compile and take the finding away`, () => {
    const files = { 'bad.c': example(id, 'bad') };
    const before = found(files).filter(isProblem);
    for (const f of before)
      f.fixes.forEach((fix, i) => {
        const after = found(applyFix(f, files, i)).filter(isProblem);
        assert.ok(after.length < before.length, `${fix.title}: ${after.length} findings after, ${before.length} before`);
        assert.deepEqual(
          after.filter((g) => g.rule !== id),
          [],
          `${fix.title}: nothing new`,
        );
      });
  });

  test(`${id}: the page shows the examples`, () => {
    const blocks = [...page(id).matchAll(/```c\n([\s\S]*?)```/g)].map((m) => m[1]);
    assert.deepEqual(blocks.slice(0, 2), [example(id, 'bad'), example(id, 'good')]);
    for (const part of ['## Why', '## How to fix', '## At run time', '## Severity']) assert.ok(page(id).includes(`\n${part}`), part);
  });
}

test('at least four rules have repairs, the work item conversion among them', () => {
  const fixed = RULES.filter(({ id }) => found({ 'bad.c': example(id, 'bad') }).some((f) => f.fixes.length)).map((r) => r.id);
  assert.ok(fixed.length >= 7, fixed.join());
  const conversion = found({ 'bad.c': example('registry-call', 'bad') })[0].fixes[0];
  assert.equal(conversion.title, 'Move this to a work item');
});
