// A whole driver of the kind that the guidelines name as an example, with its known defects: the mutex in the process callback is found, and what is right in it
// (tests of optional members, bounded copies, removal under a mutex that the removed callbacks do not take, clean-up by goto and flag) stays silent.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { check } from './helper.js';

const read = (name: string): string => readFileSync(new URL(`./handle-guard/${name}`, import.meta.url), 'utf8');
const files = { 'driver.c': read('driver.c'), 'handles.c': read('handles.c'), 'guard.h': read('guard.h') };

test('findings of the guard driver', () => {
  const found = check(files);
  assert.deepEqual(
    found.map((f) => [f.range.file.path, f.severity, f.certainty, f.rule, f.range.file.text.slice(f.range.start, f.range.end)]),
    [['driver.c', 'warning', 'possible', 'synchronizes', 'KeAcquireGuardedMutex(&g_NamesLock)']],
  );
  assert.deepEqual(
    found[0].path.map((p) => p.message),
    [
      'OnProcess is registered as process callback here (PsSetCreateProcessNotifyRoutineEx)',
      'OnProcess calls Matches here',
      'StopGuard takes the same guarded mutex here',
      'and removes callbacks (ObUnRegisterCallbacks waits for those that run) while it holds it',
    ],
  );
});

test('with the removal outside of the mutex it is only a note', () => {
  const mended = files['handles.c']
    .replace('    KeAcquireGuardedMutex(&g_NamesLock);\n    if (g_Handle', '    if (g_Handle')
    .replace('    KeReleaseGuardedMutex(&g_NamesLock);\n    return STATUS_SUCCESS', '    return STATUS_SUCCESS');
  assert.notEqual(mended, files['handles.c']);
  assert.deepEqual(
    check({ ...files, 'handles.c': mended }).map((f) => `${f.severity} ${f.rule}`),
    ['information synchronizes'],
  );
});

test('when the removed callbacks take the mutex, each can wait for the other', () => {
  const worse = files['handles.c'].replace(
    '    if (Info->KernelHandle',
    '    KeAcquireGuardedMutex(&g_NamesLock);\n    KeReleaseGuardedMutex(&g_NamesLock);\n    if (Info->KernelHandle',
  );
  const found = check({ ...files, 'handles.c': worse }).filter((f) => f.rule === 'synchronizes');
  assert.deepEqual(
    found.map((f) => `${f.range.file.path} ${f.certainty}`),
    ['driver.c likely', 'handles.c likely'],
  );
});
