// `interlock ddis`: names are found by pattern and status, one routine is told in words, --json is what docs/ddis.md says, wrong calls are refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type DdisReport, ddisReport } from '../../src/cli/ddis.js';
import { interlock, root } from './run-cli.js';

const page = readFileSync(path.join(root, 'docs/ddis.md'), 'utf8');
const schema = JSON.parse(/^```json\n([\s\S]*?)^```$/m.exec(page)![1]);
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const validate = ajv.compile(schema);

test('--json prints what the page says, for all routines', () => {
  const r = interlock('ddis', '--json');
  assert.equal(r.code, 0, r.stderr);
  const report = JSON.parse(r.stdout) as DdisReport;
  assert.ok(validate(report), ajv.errorsText(validate.errors, { separator: '\n' }));
  assert.ok(report.routines.length > 2500);
  assert.equal(report.counts.simulated + report.counts.inline + report.counts.declared, report.routines.length);
  const by = new Map(report.routines.map((d) => [d.name, d]));
  assert.deepEqual(by.get('ZwClose')!.irql, { min: 0, max: 0 });
  assert.equal(by.get('ZwClose')!.header, 'wdm.h');
  assert.equal(by.get('PsGetProcessImageFileName')!.header, null);
  assert.equal(by.get('InsertTailList')!.kind, 'inline');
  assert.equal(by.get('IoCallDriver')!.kind, 'macro');
  assert.equal(by.get('_InterlockedExchange')!.kind, 'intrinsic');
  assert.deepEqual(by.get('CcCopyRead')!.missing, { reason: 'cache-manager', text: 'the cache manager: not simulated' });
  assert.deepEqual(by.get('READ_PORT_UCHAR')!.missing?.routines, ['__inbyte'], 'a macro over what is missing');
});

test('names are found by pattern and by status', () => {
  const names = (pattern: string, status?: 'simulated' | 'inline' | 'declared'): string[] =>
    ddisReport(pattern, status).routines.map((d) => d.name);
  assert.ok(names('Ps*NotifyRoutine').includes('PsSetCreateThreadNotifyRoutine'));
  assert.deepEqual(names('psGETprocessid'), ['PsGetProcessId']);
  assert.ok(names('Insert?ailList').includes('InsertTailList'));
  assert.ok(names('Zw', 'declared').every((n) => ddisReport(n, undefined).routines.some((d) => d.name === n && d.status === 'declared')));
  assert.deepEqual(names('a.b('), [], 'no regular expression');
});

test('one routine is told in words', () => {
  const r = interlock('ddis', 'KeWaitForSingleObject');
  assert.equal(r.code, 0);
  assert.match(r.stdout, /NTSTATUS KeWaitForSingleObject\(_In_ PVOID Object, /);
  assert.match(r.stdout, /May block/);
  assert.match(r.stdout, /1 routine: 1 simulated/);
});

test('wrong calls are refused, an unknown name is said', () => {
  const unknown = interlock('ddis', 'PsNoSuchRoutine');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /no declared routine is named like 'PsNoSuchRoutine'/);
  for (const args of [
    ['--status', 'done'],
    ['a', 'b'],
    ['--stauts', 'inline'],
  ]) {
    const r = interlock('ddis', ...args);
    assert.equal(r.code, 2, args.join(' '));
    assert.match(r.stderr, /interlock: /);
  }
});
