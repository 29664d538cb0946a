// The header is the contract, so a routine, type or macro stands in one header: of two texts one is changed and the other forgotten. What Windows itself
// has twice is listed with the reason, and an entry that is no longer needed must go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerTexts } from './headers.js';

/** Headers of user mode declare their own twins of what the kernel's have; no unit reads both but a scenario, and redeclaring checks the types there. */
const USER_MODE = new Set(['windows.h', 'winternl.h', 'windef.h', 'linux.h']);

const ALLOWED: Readonly<Record<string, string>> = {
  // the C library has them in both, and a program includes either
  ...named('_byteswap_uint64 _byteswap_ulong _byteswap_ushort _rotl _rotl64 _rotr _rotr64', 'stdlib.h and intrin.h of the compiler'),
  ...named('errno_t _ERRNO_T_DEFINED SIZE_MAX _countof DECLSPEC_SELECTANY', 'guarded where headers that stand alone need them'),
  // a prototype written from the table carries the annotations; the code follows
  ...named(
    'RtlActiveEnumeratorsHashTable RtlEmptyBucketsHashTable RtlInitHashTableContext RtlInitHashTableContextFromEnumerator RtlNonEmptyBucketsHashTable RtlReleaseHashTableContext RtlTotalBucketsHashTable RtlTotalEntriesHashTable',
    'annotated by the table, inline code here',
  ),
  // defined by a condition
  ...named('DEFINE_GUID DEFINE_DEVPROPKEY', 'with and without INITGUID'),
  ...named(
    'ASSERT ASSERTMSG KdBreakPoint KdPrint KdPrintEx vKdPrintEx NT_ASSERT NT_ASSERTMSG NT_VERIFY PAGED_ASSERT PAGED_CODE RTL_SOFT_ASSERT RTL_VERIFY assert',
    'checked and free build',
  ),
  // a macro of the same name stands before the prototype: a call is the macro, a driver that undefines it or takes the address gets the routine
  ...named('ExFreePool ExInterlockedPopEntrySList ExInterlockedPushEntrySList RtlCopyMemoryNonTemporal RtlFailFast', 'macro and routine'),
  ...named(
    'RtlDeleteElementGenericTable RtlEnumerateGenericTable RtlEnumerateGenericTableWithoutSplaying RtlGetElementGenericTable RtlInitializeGenericTable ' +
      'RtlInsertElementGenericTable RtlInsertElementGenericTableFull RtlIsGenericTableEmpty RtlLookupElementGenericTable RtlLookupElementGenericTableFull ' +
      'RtlNumberGenericTableElements RTL_GENERIC_TABLE RTL_GENERIC_COMPARE_ROUTINE PRTL_GENERIC_COMPARE_ROUTINE RTL_GENERIC_ALLOCATE_ROUTINE ' +
      'PRTL_GENERIC_ALLOCATE_ROUTINE RTL_GENERIC_FREE_ROUTINE PRTL_GENERIC_FREE_ROUTINE',
    'macros for the AVL tables where RTL_USE_AVL_TABLES is defined',
  ),
  _NTDDK_: 'ntifs.h brings what ntddk.h brings',
};
function named(names: string, reason: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((n) => [n, reason]));
}

const places = new Map<string, string[]>();
for (const [header, raw] of Object.entries(headerTexts)) {
  if (USER_MODE.has(header)) continue;
  const text = raw.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replace(/\b(struct|union)\s+DECLSPEC_ALIGN\(\w+\)/g, '$1');
  const note = (name: string): void => void (places.get(name) ?? places.set(name, []).get(name)!).push(header);
  for (const m of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)/gm)) note(m[1]);
  for (const m of text.matchAll(/\b(struct|union|enum)\s+(?:\w+\([^)]*\)\s*)?(\w+)\s*\{/g)) note(`${m[1]} ${m[2]}`);
  const outside = outsideBraces(text.replace(/^[ \t]*#.*(?:\\\r?\n.*)*/gm, ''));
  for (const statement of outside.split(/;|\{\}(?=\s*(?:FORCEINLINE|static|__inline|__forceinline|_IRQL|_Must|_When|NTSYSAPI)\b)/)) {
    let plain = statement.replace(/\s+/g, ' ').trim();
    for (let before = ''; before !== plain; ) [before, plain] = [plain, plain.replace(/\b_\w+_\((?:[^()]|\([^()]*\))*\)/g, '').trim()];
    const type = /^typedef\b/.test(plain);
    const name = type ? typedefName(plain) : /[\w\s*]*?[\w*]\s+\**\s*([A-Za-z_]\w+)\s*\(/.exec(plain)?.[1];
    if (name && !(plain.includes('=') && !type)) note(name);
  }
}

/** Text at depth 0, with an empty pair of braces for each body. */
function outsideBraces(text: string): string {
  let depth = 0;
  let out = '';
  for (const c of text) {
    if (c === '}' && --depth === 0) out += '}';
    if (depth === 0 && c !== '}') out += c;
    if (c === '{') depth++;
  }
  return out;
}

/** The first name that a typedef introduces. A tag declared in advance (`typedef struct _MDL MDL`) is one; its body elsewhere is another thing. */
function typedefName(plain: string): string | undefined {
  const pointer = /\(\s*(?:\w+\s+)*\*+\s*(\w+)\s*\)/.exec(plain);
  return pointer?.[1] ?? /(\w+)\s*\(/.exec(plain)?.[1] ?? /(\w+)\s*(?:\[\w*\])?\s*(?:,|$)/.exec(plain.replace(/\{\}/, ''))?.[1];
}

test('the scan reads the headers', () => {
  assert.ok(places.size > 8000, `${places.size} names`);
  for (const n of [
    'ZwCreateFile',
    'struct _IRP',
    'IRP',
    'LONG',
    'PIO_COMPLETION_ROUTINE',
    'STATUS_PENDING',
    'InsertTailList',
    'KeInitializeApc',
  ])
    assert.ok(places.has(n), n);
});

test('routines, types and macros of the kernel are declared once', () => {
  const twice = [...places].filter(([n, where]) => where.length > 1 && !Object.hasOwn(ALLOWED, n));
  assert.deepEqual(
    twice.map(([n, where]) => `${n}: ${where.join(', ')}`),
    [],
  );
  const needless = Object.keys(ALLOWED).filter((n) => (places.get(n)?.length ?? 0) < 2);
  assert.deepEqual(needless, [], 'allowed, but declared once');
});
