// Invariant: a routine that the headers declare is either simulated or marked, with the reason, and never both; what the kernel simulates is declared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDdis, simulatedNames } from '../../src/kernel/ddi-list.js';
import { markedNames, NOT_YET, notSimulated, reasonByName } from '../../src/wdk/not-simulated.js';
import { compile, headerTexts, include } from './headers.js';

const RUN = 'run `npm run gen` and look at what changes in src/wdk/not-simulated.gen.ts';
const ddis = listDdis(headerTexts);

test('every declared routine has an implementation or a mark, and not both', () => {
  const own = ddis.filter((d) => d.kind === 'routine' || d.kind === 'intrinsic');
  const neither = own.filter((d) => d.status === 'declared' && !notSimulated(d.name)).map((d) => d.name);
  assert.deepEqual(neither, [], `neither simulated nor marked: ${RUN}`);
  const both = own.filter((d) => d.status === 'simulated' && notSimulated(d.name)).map((d) => d.name);
  assert.deepEqual(both, [], `simulated, but marked as not simulated: ${RUN}`);
  const declared = new Set(own.map((d) => d.name));
  const stale = [...markedNames()].filter((n) => !declared.has(n));
  assert.deepEqual(stale, [], `marked, but no header declares it: ${RUN}`);
});

test('marks carry the reason that the table gives', () => {
  const wrong = [...markedNames()].filter((n) => notSimulated(n) !== reasonByName(n));
  assert.deepEqual(wrong, [], RUN);
  assert.equal(notSimulated('KeInitializeEvent'), undefined);
  assert.equal(reasonByName('ZqSomething'), NOT_YET);
});

test('what the kernel simulates is declared by a header', () => {
  const internal =
    /^(Ki|Kf|Kef|Ke[fx]p|Exp|Psp|Obp|Iop|Cmp|Fltp|Mip|Sep|Rtlp|Lx)[A-Z]|^(ntdll|lx)!|^\w+(HeapBlock|QueryTimes|QueryOpenableDevice|MapUserImage|StartProgramThreads)$|^(RtlQueryRegistryValuesEx|WdmlibIoCreateDeviceSecure|ObKillProcess|RtlUserThreadStart|RtlExitUser\w+|(Nt|Zw)CreateUserProcess)$/;
  const declared = new Set(ddis.map((d) => d.name));
  const user = compile(include('windows.h', 'winternl.h', 'winreg.h'));
  const strangers = [...simulatedNames()].filter((n) => !declared.has(n) && !internal.test(n) && !user.scope.names.has(n));
  assert.deepEqual(strangers, [], 'declare them in ntundoc.h, or in the header that documents them');
});
