// Win32PrioritySeparation: what each value makes of the quantum of a background and a foreground process, measured on one CPU; and that drivers read it in the registry.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSystem } from '../system.js';

const TURNS = 8;
/** Two threads of a process share the CPU: how many clock intervals each turn lasts, without the first ones, which still have the quantum of before. */
function turns(value: number | undefined, foreground: boolean): number[] {
  const r = runSystem({
    scenario: `machine { cpus 1; time-limit 20s; ${value === undefined ? '' : `priority-separation ${value};`} }
process "C:\\\\spin.exe" {
  code {
    static volatile LONG g_Owner, g_Turns;
    static long long g_At[${TURNS + 1}];
    static void spin(LONG me) {
      while (g_Turns < ${TURNS + 1}) {
        if (g_Owner == me) continue;
        LARGE_INTEGER now;
        QueryPerformanceCounter(&now);
        g_Owner = me;
        if (g_Turns < ${TURNS + 1}) g_At[g_Turns] = now.QuadPart;
        g_Turns++;
      }
      if (me == 1) for (int i = 4; i <= ${TURNS}; i++) printf("TURN %d\\n", (int)((g_At[i] - g_At[i - 1] + 78125) / 156250));
    }
  }
  thread one at 1ms { SetForegroundProcess(NULL, ${foreground ? 1 : 0}); spin(1); }
  thread two at 1ms { spin(2); }
}`,
  });
  return r.output.filter((t) => t.startsWith('TURN')).map((t) => Number(t.slice(5)));
}

// reference: scheduler.md 2, the tables
const rows: [string, number | undefined, number, number][] = [
  ['default 2: short, variable, separation 2', undefined, 2, 6],
  ['0x26 "Programs"', 0x26, 2, 6],
  ['0x18 "Background services"', 0x18, 12, 12],
  ['short variable, separation 1', 0x25, 2, 4],
  ['short variable, separation 0', 0x24, 2, 2],
  ['short fixed', 0x2a, 6, 6],
  ['long variable, separation 2', 0x16, 4, 12],
  ['long variable, separation 1', 0x15, 4, 8],
];
for (const [name, value, background, foreground] of rows) {
  test(`${name}: ${background} intervals in the background, ${foreground} in the foreground`, () => {
    for (const [on, wanted] of [
      [false, background],
      [true, foreground],
    ] as const) {
      const all = turns(value, on);
      assert.equal(all.length, TURNS - 3);
      assert.deepEqual(new Set(all), new Set([wanted]));
    }
  });
}

test('a driver reads the value in the registry', () => {
  const r = runSystem({
    machine: 'priority-separation 0x26;',
    driver: `#include <ntddk.h>
static VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r) {
  ULONG value = 0;
  RTL_QUERY_REGISTRY_TABLE table[2] = {{ NULL, RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK, L"Win32PrioritySeparation", &value, (REG_DWORD << 24) | REG_NONE, NULL, 0 }};
  UNREFERENCED_PARAMETER(r);
  d->DriverUnload = Unload;
  NTSTATUS status = RtlQueryRegistryValues(RTL_REGISTRY_CONTROL, L"PriorityControl", table, NULL, NULL);
  DbgPrint("VALUE %x %x\\n", status, value);
  return STATUS_SUCCESS;
}
`,
  });
  assert.deepEqual(
    r.output.filter((t) => t.startsWith('VALUE')),
    ['VALUE 0 26\n'],
  );
});
