// The run-time half of every rule: its bad driver gets the finding at the marked line, its good driver does not, and the run of neither fails by it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from '../../../src/base/rules.js';
import type { RunReport } from '../../../src/scenario/report.js';
import { buildFile, reportOf, repositoryPath } from '../../scenario/product.js';

const folder = (id: string): string => `test/drivers/verifier/${id}`;

/** Line of the driver that carries the mark. */
function markedLine(path: string): number {
  const lines = readFileSync(repositoryPath(path), 'utf8').split('\n');
  const line = lines.findIndex((l) => l.includes('/* finding */')) + 1;
  assert.ok(line > 0, `${path} has no mark`);
  return line;
}

const found = (r: RunReport, id: string) => r.findings.filter((f) => f.id === id);

test('every rule has its run-time half and its drivers', () => {
  for (const { id } of RULES) {
    assert.ok(existsSync(repositoryPath(`src/kernel/verifier/${id}.ts`)), `src/kernel/verifier/${id}.ts`);
    for (const name of ['bad.c', 'good.c', 'bad.scenario', 'good.scenario'])
      assert.ok(existsSync(repositoryPath(`${folder(id)}/${name}`)), `${folder(id)}/${name}`);
  }
});

for (const { id } of RULES) {
  test(`${id}: bad`, () => {
    const report = reportOf(buildFile(`${folder(id)}/bad.scenario`));
    const [finding] = found(report, id);
    assert.ok(finding, JSON.stringify(report.findings, null, 1));
    assert.notEqual(finding.severity, 'information');
    assert.equal(finding.place?.file, 'bad.c', finding.message);
    assert.equal(finding.place?.line, markedLine(`${folder(id)}/bad.c`), finding.message);
  });
  test(`${id}: good`, () => {
    const report = reportOf(buildFile(`${folder(id)}/good.scenario`));
    assert.equal(report.verdict, 'held', JSON.stringify(report, null, 1));
  });
}
