// `interlock check` from the outside: what it prints, in which form, and its exit code.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { RULES } from '../../src/base/rules.js';
import { program } from './run-cli.js';

const folder = mkdtempSync(path.join(tmpdir(), 'interlock-check-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const r = spawnSync(process.execPath, [...program, 'check', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

const BAD = `#include <ntddk.h>
VOID OnProcess(PEPROCESS p, HANDLE h, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(p); UNREFERENCED_PARAMETER(h);
    DbgPrint("%p", info->ParentProcessId);
}
VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE); }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p)
{
    UNREFERENCED_PARAMETER(p);
    d->DriverUnload = Unload;
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
`;
write('bad/driver.c', BAD);
write('good/driver.c', BAD.replace('    DbgPrint', '    if (info != NULL) DbgPrint'));
write('broken/driver.c', BAD.replace('return PsSet', 'return Undeclared; return PsSet'));
write('app/main.c', '#include <stdio.h>\nint main(void) { return 0; }\n');
write('good/good.scenario', 'driver "good" { sources "*.c"; }\n');
write('project/p.vcxproj', '<Project><ItemGroup><ClCompile Include="..\\bad\\driver.c" /></ItemGroup></Project>');

test('findings: text with place, rule and path, exit code 1', () => {
  const r = run('bad');
  assert.equal(r.code, 1, r.err);
  assert.match(r.out, /^bad\/driver\.c:5:20: error: info is used in OnProcess .*\[optional-member, certain\]$/m);
  assert.match(r.out, /^ {2}bad\/driver\.c:12:12: OnProcess is registered as process callback here/m);
  assert.match(r.out, /^bad: 1 finding in driver bad$/m);
  assert.equal(run('bad/driver.c').code, 1);
  assert.equal(run('project/p.vcxproj').code, 1);
});

test('clean: exit code 0; a higher level hides what is below', () => {
  const r = run('good');
  assert.equal(r.code, 0, r.err);
  assert.match(r.out, /^good: no finding in driver good$/m);
  assert.equal(run('good/good.scenario').code, 0);
  assert.equal(run('bad', '--off', 'optional-member').code, 0);
});

test('bad input: exit code 2 says what is wrong', () => {
  for (const [args, says] of [
    [['nowhere'], /nowhere was not found/],
    [['app'], /there is no driver at app/],
    [['app/main.c'], /there is no driver at app\/main\.c/],
    [['bad', '--level', 'loud'], /--level must be one of/],
    [['bad', '--format', 'xml'], /--format must be one of/],
    [['bad', '--off', 'nonsense'], /there is no rule 'nonsense'/],
    [[], /a file is missing/],
  ] as const) {
    const r = run(...args);
    assert.equal(r.code, 2, args.join(' '));
    assert.match(r.err, says);
  }
});

test("a folder whose headers only a scenario finds is checked with the scenario's include folders", () => {
  write('split/inc/own.h', '#include <ntddk.h>\n');
  write('split/src/driver.c', BAD.replace('<ntddk.h>', '"own.h"'));
  write('split/src/driver.scenario', 'driver "split" { sources "driver.c"; include "../inc"; }\n');
  const { code, out, err } = run('split/src');
  assert.equal(err, '');
  assert.equal(code, 1);
  assert.match(out, /optional-member/);
  assert.match(out, /in driver split/);
});

test('C that does not compile: the findings of the rest are printed, exit code 2', () => {
  const r = run('broken');
  assert.equal(r.code, 2);
  assert.match(r.out, /optional-member/);
  assert.match(r.err, /driver\.c:12:12: error: .*Undeclared/);
  assert.match(r.err, /1 error in the input; 1 finding in what could be read/);
});

test('JSON report', () => {
  const r = run('bad', '--format', 'json');
  assert.equal(r.code, 1);
  const report = JSON.parse(r.out);
  assert.equal(report.verdict, 'findings');
  assert.deepEqual(report.drivers, ['bad']);
  assert.equal(report.findings[0].rule, 'optional-member');
  assert.deepEqual(report.findings[0].place, { file: 'bad/driver.c', line: 5, column: 20, endLine: 5, endColumn: 24 });
  assert.equal(JSON.parse(run('nowhere', '--format', 'json').out).verdict, 'bad-input');
});

test('SARIF 2.1.0', () => {
  const r = run('bad', '--format', 'sarif');
  assert.equal(r.code, 1);
  const log = JSON.parse(r.out);
  assert.equal(log.version, '2.1.0');
  const [only] = log.runs;
  assert.deepEqual(
    only.tool.driver.rules.map((x: { id: string }) => x.id),
    RULES.map((x) => x.id),
  );
  for (const rule of only.tool.driver.rules) assert.ok(rule.shortDescription.text && rule.fullDescription.text && rule.help.text);
  const [result] = only.results;
  assert.equal(only.tool.driver.rules[result.ruleIndex].id, result.ruleId);
  assert.equal(result.level, 'error');
  assert.deepEqual(result.locations[0].physicalLocation, {
    artifactLocation: { uri: 'bad/driver.c' },
    region: { startLine: 5, startColumn: 20, endLine: 5, endColumn: 24 },
  });
  const flow = result.codeFlows[0].threadFlows[0].locations;
  assert.equal(flow.length, result.relatedLocations.length + 1);
  assert.deepEqual(flow.at(-1).location.physicalLocation, result.locations[0].physicalLocation);
  const { replacements } = result.fixes[0].artifactChanges[0];
  assert.ok(replacements.every((x: { deletedRegion: unknown; insertedContent?: { text: string } }) => x.deletedRegion));
  assert.equal(only.invocations[0].executionSuccessful, true);
  const broken = JSON.parse(run('broken', '--format', 'sarif').out).runs[0].invocations[0];
  assert.equal(broken.executionSuccessful, false);
  assert.ok(broken.toolExecutionNotifications.length > 0);
});
