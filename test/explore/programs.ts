// Small drivers whose threads meet in known ways: five classics of concurrency, each wrong and right, as system threads of a driver.
import type { Build } from '../../src/scenario/build.js';
import { buildText } from '../scenario/product.js';

/** A driver that starts `bodies.length` system threads and waits for them when it is unloaded. */
export function threadsDriver(globals: string, bodies: readonly string[]): string {
  const n = bodies.length;
  return `
#include <ntddk.h>
${globals}
static PETHREAD g_Threads[${n}];
${bodies.map((b, i) => `static VOID Body${i}(PVOID Context) { UNREFERENCED_PARAMETER(Context); ${b} PsTerminateSystemThread(STATUS_SUCCESS); }`).join('\n')}
static PKSTART_ROUTINE g_Bodies[${n}] = { ${bodies.map((_, i) => `Body${i}`).join(', ')} };
VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    for (int i = 0; i < ${n}; i++) {
        KeWaitForSingleObject(g_Threads[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(g_Threads[i]);
    }
}
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = Unload;
    for (int i = 0; i < ${n}; i++) {
        HANDLE thread;
        PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, g_Bodies[i], NULL);
        ObReferenceObjectByHandle(thread, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, (PVOID *)&g_Threads[i], NULL);
        ZwClose(thread);
    }
    return STATUS_SUCCESS;
}
`;
}

export function threadsBuild(
  globals: string,
  bodies: readonly string[],
  expect: string,
  machine = `cpus ${bodies.length + 1}; seed 1`,
): Build {
  return buildText(`machine { ${machine} }\ndriver "d" { sources "d.c"; }\nexpect { no bugcheck; ${expect} }\n`, {
    'd.c': threadsDriver(globals, bodies),
  });
}

/** \`threads\` threads with \`times\` increments each. */
export function lostUpdate(times: number, statement = 'g_Count++;', threads = 2): Build {
  const body = `for (int i = 0; i < ${times}; i++) { ${statement} }`;
  return threadsBuild(
    'LONG g_Count;',
    Array.from({ length: threads }, () => body),
    `finally g_Count == ${threads * times};`,
  );
}

/** Peterson's algorithm; wrong: the flag is raised after the turn is given away. */
export function peterson(right: boolean): Build {
  const body = (me: number): string => {
    const other = 1 - me;
    const enter = right ? `g_Flag[${me}] = 1; g_Turn = ${other};` : `g_Turn = ${other}; g_Flag[${me}] = 1;`;
    return `${enter} while (g_Flag[${other}] && g_Turn == ${other}) { } g_Inside++; if (g_Inside != 1) g_Bad = 1; g_Inside--; g_Flag[${me}] = 0;`;
  };
  return threadsBuild(
    'volatile LONG g_Flag[2]; volatile LONG g_Turn; volatile LONG g_Inside; volatile LONG g_Bad;',
    [body(0), body(1)],
    'finally g_Bad == 0;',
  );
}

/** Two consumers and a producer with a buffer of one place; wrong: \`if\` instead of \`while\` around the wait. */
export function boundedBuffer(right: boolean): Build {
  const word = right ? 'while' : 'if';
  const take = `ExAcquireFastMutex(&g_Lock); ${word} (g_Full == 0) { ExReleaseFastMutex(&g_Lock); KeWaitForSingleObject(&g_Changed, Executive, KernelMode, FALSE, NULL); ExAcquireFastMutex(&g_Lock); } if (g_Full == 0) g_Bad = 1; g_Full--; KeSetEvent(&g_Changed, 0, FALSE); ExReleaseFastMutex(&g_Lock);`;
  const put = `for (int i = 0; i < 2; i++) { ExAcquireFastMutex(&g_Lock); g_Full++; KeSetEvent(&g_Changed, 0, FALSE); ExReleaseFastMutex(&g_Lock); }`;
  const globals = 'static FAST_MUTEX g_Lock; static KEVENT g_Changed; LONG g_Full; LONG g_Bad;';
  const driver = threadsDriver(globals, [take, take, put]).replace(
    'DriverObject->DriverUnload = Unload;',
    'DriverObject->DriverUnload = Unload; ExInitializeFastMutex(&g_Lock); KeInitializeEvent(&g_Changed, SynchronizationEvent, FALSE);',
  );
  return buildText('machine { cpus 4; seed 1 }\ndriver "d" { sources "d.c"; }\nexpect { no bugcheck; finally g_Bad == 0; }\n', {
    'd.c': driver,
  });
}

/** Philosophers with fast mutexes as forks; wrong: everybody takes the left one first. */
export function dining(right: boolean, n = 3): Build {
  const body = (me: number): string => {
    const [a, b] = [me, (me + 1) % n];
    const [first, second] = right && a > b ? [b, a] : [a, b];
    return `ExAcquireFastMutex(&g_Forks[${first}]); ExAcquireFastMutex(&g_Forks[${second}]); g_Meals++; ExReleaseFastMutex(&g_Forks[${second}]); ExReleaseFastMutex(&g_Forks[${first}]);`;
  };
  const driver = threadsDriver(
    `static FAST_MUTEX g_Forks[${n}]; volatile LONG g_Meals;`,
    Array.from({ length: n }, (_, i) => body(i)),
  ).replace(
    'DriverObject->DriverUnload = Unload;',
    `DriverObject->DriverUnload = Unload; for (int i = 0; i < ${n}; i++) ExInitializeFastMutex(&g_Forks[i]);`,
  );
  return buildText(`machine { cpus ${n + 1}; seed 1 }\ndriver "d" { sources "d.c"; }\nexpect { no bugcheck; no deadlock; }\n`, {
    'd.c': driver,
  });
}
