// What hover says: each kind of name once, in a driver's source, with the DDI's contract in words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { hoverAt } from '../../src/language/hover.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

const TEXT = `#include <ntddk.h>
#define TAG 'gaTp'
#define LIMIT (4 * 8)
#define ADD(a, b) ((a) + (b))
enum COLOUR { RED, GREEN = 5 };
typedef struct _STATE {
    ULONG Count;
    union { ULONG Flags; struct { ULONG A : 3; ULONG B : 5; }; };
} STATE, *PSTATE;
static STATE g_State;
// KeWaitForSingleObject in a comment
VOID Use(_Inout_ PSTATE State, PKEVENT Event)
{
    KIRQL irql;
    KSPIN_LOCK lock;
    ULONG local = ADD(LIMIT, GREEN) + TAG;
    State->Count = local; g_State.B = 1;
    KeAcquireSpinLock(&lock, &irql);
    KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL);
    DbgPrint("KeWaitForSingleObject %wZ", (PUNICODE_STRING)NULL);
    struct _STATE copy = *State;
    ExAcquireFastMutex((PFAST_MUTEX)&copy);
}
`;
const unit = compileUnit('a.c', {
  files: new MemoryFiles({ 'a.c': TEXT }),
  builtinHeaders: wdkHeaders,
  includePaths: [],
  defines: { DBG: '1' },
});

/** Hover on the first occurrence of a word behind a mark. */
function hover(word: string, behind = ''): string | undefined {
  const at = TEXT.indexOf(word, TEXT.indexOf(behind));
  assert.ok(at >= 0);
  return hoverAt(TEXT, at + 1, unit, 'a.c')?.markdown;
}

test('kernel routines: signature and contract in words', () => {
  const wait = hover('KeWaitForSingleObject', 'irql);\n');
  assert.match(wait ?? '', /^```c\nNTSTATUS KeWaitForSingleObject\(\n {4}_In_ PVOID Object,\n/);
  assert.match(wait ?? '', /- When `Timeout == NULL \|\| Timeout->QuadPart != 0`: IRQL: at most APC_LEVEL\./);
  assert.match(wait ?? '', /- May block/);
  const mutex = hover('ExAcquireFastMutex');
  assert.match(mutex ?? '', /- Raises the IRQL to APC_LEVEL\.\n- Answers the IRQL from before/);
  assert.match(mutex ?? '', /- Acquires a critical region/);
  const lock = hover('KeAcquireSpinLock', 'ULONG local');
  assert.match(lock ?? '', /#define KeAcquireSpinLock\(l, o\)/);
  assert.match(lock ?? '', /Calls `KeAcquireSpinLockRaiseToDpc`:\n\n- .*DISPATCH_LEVEL/);
});

test('macros, enumerators, types, variables and members', () => {
  assert.equal(hover('LIMIT', 'ULONG local'), '```c\n#define LIMIT (4 * 8)\n```\n\nValue: 32 (0x20)');
  assert.match(hover('TAG', 'GREEN) +') ?? '', /Value: 1734431856 \(0x67615470\)/);
  assert.equal(hover('ADD', 'ULONG local'), '```c\n#define ADD(a, b) ((a) + (b))\n```');
  assert.equal(hover('GREEN', 'ULONG local'), '```c\nGREEN = 5 // enum COLOUR\n```\n\nValue: 5 (0x5)');
  assert.match(hover('STATE', 'static') ?? '', /^```c\ntypedef struct _STATE \{ \/\/ 8 bytes\n {4}ULONG Count; \/\/ \+0x0/);
  assert.match(hover('_STATE', 'struct _STATE copy') ?? '', /struct _STATE \{ \/\/ 8 bytes/);
  assert.equal(hover('g_State', 'local;'), '```c\nSTATE g_State; // global variable\n```\n\n8 bytes');
  assert.equal(hover('State', 'State->'), '```c\n_Inout_ PSTATE State; // parameter\n```');
  assert.equal(hover('local', 'Count ='), '```c\nULONG local; // local variable\n```');
  assert.equal(hover('Count', 'State->'), '```c\nULONG Count; // struct _STATE, +0x0\n```');
  assert.equal(hover('B =', 'g_State.'), '```c\nULONG B : 5; // STATE, +0x4\n```');
});

test('nothing in comments, literals, keywords and white space', () => {
  assert.equal(hover('KeWaitForSingleObject', '// Ke'), undefined);
  assert.equal(hover('KeWaitForSingleObject', '"Ke'), undefined);
  assert.equal(hover('struct'), undefined);
  assert.equal(hoverAt(TEXT, TEXT.length, unit, 'a.c'), undefined);
});
