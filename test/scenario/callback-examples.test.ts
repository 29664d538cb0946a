// The examples about callbacks (veto, late-service): each ends as its scenario says, under several orders of threads, and the report tells what it is there to tell.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunReport } from '../../src/scenario/report.js';
import { buildFile, outputOf, reportOf } from './product.js';

function reports(name: string, check: (r: RunReport, say: string) => void): void {
  for (const cpus of [1, 2, 4])
    for (const seed of [1, 2, 3]) check(reportOf(buildFile(`examples/${name}.scenario`, { cpus, seed })), `${cpus} CPUs, seed ${seed}`);
}
const failed = (r: RunReport): string[] => r.expectations.filter((e) => !e.held).map((e) => e.text);
const findings = (r: RunReport): string[] => r.findings.map((f) => `${f.id} ${f.severity}`);

test('veto: programs of the list are refused, their creator gets the error', () => {
  reports('veto/veto', (r, say) => {
    assert.deepEqual(failed(r), [], say);
    assert.equal(r.verdict, 'held', say);
    assert.deepEqual(
      outputOf(r).filter((t) => t.includes('error')),
      ['C:\\Users\\Public\\miner.exe: error 1260', 'C:\\Users\\Public\\KeyGen.exe: error 1260'],
      say,
    );
  });
});

test('veto/mistake: NULL CreateInfo is a bug check that names the line and the reason', () => {
  reports('veto/mistake', (r, say) => {
    assert.deepEqual(failed(r), [], say);
    assert.equal(r.bugcheck?.code, 0x3b, say);
    assert.equal(r.bugcheck?.parameters[0].slice(-8), 'C0000005', say);
    assert.match(r.bugcheck?.stack[0] ?? '', /GatekeeperProcessNotify \(mistake\/callback\.c:16\)/, say);
    assert.ok(findings(r).includes('optional-member error'), say);
  });
});

test('late-service: a callback that asks a service is told of, and its answer comes too late', () => {
  reports('late-service/late-service', (r, say) => {
    assert.deepEqual(failed(r), [], say);
    assert.ok(
      r.findings.some((f) => f.id === 'calls-user-mode'),
      `${say}: ${findings(r).join()}`,
    );
  });
});

test('late-service/deadlock: the service waits for itself, and the report says who waits for what', () => {
  reports('late-service/deadlock', (r, say) => {
    assert.deepEqual(failed(r), ['no deadlock'], say);
    assert.ok(
      r.findings.some((f) => f.id === 'calls-user-mode'),
      `${say}: ${findings(r).join()}`,
    );
    const deadlock = r.findings.find((f) => f.id === 'deadlock');
    assert.match(deadlock?.message ?? '', /service\.exe!answers: notification event.*explorer\.exe!user: notification event/, say);
  });
});

test('late-service/right: nobody waits', () => {
  reports('late-service/right', (r, say) => {
    assert.deepEqual(failed(r), [], say);
    assert.ok(
      r.findings.every((f) => f.severity === 'information'),
      `${say}: ${findings(r).join()}`,
    );
  });
});
