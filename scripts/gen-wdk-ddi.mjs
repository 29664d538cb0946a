// Writes src/wdk/ddi-*.h: one prototype a line for each DDI of the reference table whose types our headers declare.
// IRQL annotations come from the table (header annotation and documentation, the stricter one); directions of parameters and our own
// marks from wdk-params.txt, else from the type and the name of the parameter.
// Usage: node scripts/gen-wdk-ddi.mjs <reference-folder>
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node scripts/gen-wdk-ddi.mjs <folder with ddi-irql-table.tsv>');
const wdk = new URL('../src/wdk/', import.meta.url);
const here = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Routines that are macros or inline functions in wdminline.h and others, or that C code cannot declare twice. */
const INLINE = new Set(here('wdk-inline.txt').split(/\s+/).filter(Boolean));
const params = new Map(
  here('wdk-params.txt')
    .split('\n')
    .filter((l) => l && !l.startsWith('#'))
    .map((l) => {
      const [name, marks, codes, more] = l.split('|');
      return [name, { marks, codes: codes.trim() ? codes.trim().split(/ (?![^(]*\))/) : [], more: more ?? '' }];
    }),
);

const LEVELS = { PASSIVE_LEVEL: 0, APC_LEVEL: 1, DISPATCH_LEVEL: 2, DPC_LEVEL: 2, CLOCK_LEVEL: 13, IPI_LEVEL: 14, HIGH_LEVEL: 15 };
function irql(name, doc, header) {
  const out = [];
  let max;
  const items = header
    .split(';')
    .map((s) => s.trim())
    .filter(Boolean);
  let fromHeader = false;
  for (const item of items) {
    let m;
    if ((m = /^requires_max=(.+)$/.exec(item))) {
      max = m[1];
      fromHeader = true;
    } else if ((m = /^requires_min=(.+)$/.exec(item))) {
      if (m[1] !== 'PASSIVE_LEVEL') out.push(`_IRQL_requires_min_(${m[1]})`);
    } else if ((m = /^requires=(.+)$/.exec(item))) {
      out.push(`_IRQL_requires_(${m[1]})`);
      fromHeader = true;
    } else if ((m = /^raises=(.+)$/.exec(item))) out.push(`_IRQL_raises_(${m[1]})`);
    else if (item === 'saves') out.push('_IRQL_saves_');
    else if (item === 'restores') out.push('_IRQL_restores_');
    else if ((m = /^when\[(.+)\]:max_(.+)$/.exec(item))) {
      out.push(`_When_(${m[1]}, _IRQL_requires_max_(${m[2]}))`);
      fromHeader = true;
    }
  }
  const d = /^(?:IRQL\s*)?(<=|<|>=|=)?\s*\(?(PASSIVE|APC|DISPATCH)(?:_LEVEL)?\)?\.?\s*(\(.*\))?$/i.exec(doc.trim());
  if (d) {
    let level = `${d[2].toUpperCase()}_LEVEL`;
    const relation = d[1] ?? '';
    if (relation === '<') level = level === 'DISPATCH_LEVEL' ? 'APC_LEVEL' : 'PASSIVE_LEVEL';
    const remarks = d[3] !== undefined;
    // The remarks of the table routines: only a table whose memory or whose callbacks are pageable needs the lower level (touching those is noticed anyway).
    if (remarks && /GenericTable/.test(name)) level = 'DISPATCH_LEVEL';
    if (relation === '>=' || (relation === '' && level === 'DISPATCH_LEVEL')) {
      if (!fromHeader && !out.some((o) => o.startsWith('_IRQL_requires_min_'))) out.push('_IRQL_requires_min_(DISPATCH_LEVEL)');
    } else if (!fromHeader) max = level;
    else if (!remarks && max !== undefined && LEVELS[level] < LEVELS[max]) max = level;
  }
  if (max !== undefined) out.unshift(`_IRQL_requires_max_(${max})`);
  return out;
}

const SAL = {
  i: '_In_',
  'i?': '_In_opt_',
  o: '_Out_',
  'o?': '_Out_opt_',
  io: '_Inout_',
  'io?': '_Inout_opt_',
  oo: '_Outptr_',
  z: '_In_z_',
  v: '_Reserved_',
};
const BUFFER = { rb: '_In_reads_bytes_', wb: '_Out_writes_bytes_', iob: '_Inout_updates_bytes_' };
function fromCode(code) {
  const m = /^(rb|wb|iob)(\?)?\((.+)\)$/.exec(code);
  if (m) return `${m[2] ? BUFFER[m[1]].replace(/bytes_$/, 'bytes_opt_') : BUFFER[m[1]]}(${m[3]})`;
  return SAL[code];
}
const OBJECTS =
  /^P(DEVICE_OBJECT|DRIVER_OBJECT|FILE_OBJECT|EPROCESS|ETHREAD|R?KTHREAD|R?KPROCESS|OBJECT_TYPE|OBJECT_ATTRIBUTES|ACCESS_TOKEN|SID|ACL|SECURITY_DESCRIPTOR|ESILO|EJOB|IO_WORKITEM|KINTERRUPT|DMA_ADAPTER|CALLBACK_OBJECT|ADAPTER_OBJECT|UNICODE_STRING|ANSI_STRING|STRING|OEM_STRING|CLIENT_ID|GENERIC_MAPPING|GUID|LPGUID|SILO_MONITOR)$/;
/** Types that begin like a pointer and are none. */
const VALUES =
  /^(PHYSICAL_ADDRESS|POOL_TYPE|POOL_FLAGS|POWER_\w+|PROCESSINFOCLASS|PFN_COUNT|PFN_NUMBER|PSCREATE\w+|PO_FX\w*|PARTITION\w*)$/;
function guess(fn, type, name) {
  const pointer = /\*/.test(type) || (/^(P|LP)[A-Z]/.test(type) && !VALUES.test(type));
  if (!pointer || /ROUTINE|CALLBACK|FUNCTION|CALLOUT|WORKER|PREPOST_IRP|FS_NOTIFICATION|TRAVERSE_ACCESS|REPORT_CHANGE/.test(type))
    return /Context$|Parameter$/.test(name) && pointer ? '_In_opt_' : '_In_';
  if (/^(PC|LPC|const|CONST)/.test(type) && !/^P(CHAR|CCHAR|CLONG|CALLBACK|CLIENT_ID|CONTEXT|CM_|CONFIG|CRM|CONTROLLER|CREATE)/.test(type))
    return '_In_';
  if (/\*\*|^P[A-Z_0-9]+ ?\*$|^PHANDLE$/.test(type)) return '_Out_';
  if (type === 'PIRP') return '_Inout_';
  if (
    /Dest|Result|Return|Out|New(State|Name|Token)|Previous|Old/.test(name) &&
    !/OldName|OldFile|NewName|NewFile|Previous(Silo|Affinity)$/.test(name)
  )
    return '_Out_';
  if (OBJECTS.test(type)) return /Context$/.test(name) ? '_In_opt_' : '_In_';
  if (/^(PVOID|PWSTR|PSTR|PCHAR|PWCHAR|PSZ)$/.test(type)) return /Context$|Parameter$|Argument\d?$/.test(name) ? '_In_opt_' : '_In_';
  if (
    /^P(ULONG|LONG|USHORT|UCHAR|BOOLEAN|ULONG_PTR|SIZE_T|LONGLONG|ULONGLONG|KIRQL|NTSTATUS|ULONG64|LUID|IO_STATUS_BLOCK|KIRQL)$/.test(type)
  )
    return '_Out_';
  if (type === 'PLARGE_INTEGER')
    return /Timeout|DueTime|ByteOffset|Interval|AllocationSize|Cookie|Length/.test(name) ? '_In_opt_' : '_Out_';
  if (/Initialize|Init/.test(fn)) return '_Out_';
  return '_Inout_';
}

/** Every identifier that a typedef of the hand-written headers introduces (rough, the layout test compiles the outcome). */
const known = new Set('void char short int long unsigned signed __int64 const volatile VOID CONST struct size_t UNALIGNED'.split(' '));
for (const file of readdirSync(wdk)) {
  if (!file.endsWith('.h') || file.startsWith('ddi-') || /^(windows|win|flt)/i.test(file)) continue;
  const text = readFileSync(new URL(file, wdk), 'utf8').replace(/#define.*(\\\n.*)*/g, '');
  for (const m of text.matchAll(/typedef\b([^;{}]*?);/g)) for (const w of m[1].matchAll(/\b[A-Z]\w+\b/g)) known.add(w[0]);
  for (const m of text.matchAll(/\}\s*([A-Z][\w\s,*]*);/g)) for (const w of m[1].matchAll(/\b[A-Z]\w+\b/g)) known.add(w[0]);
}

const MARKS = {
  b: '_Interlock_blocks_',
  p: '_Interlock_pageable_',
  r: '_Interlock_registry_',
  c: '_Interlock_ipc_',
  f: '_Interlock_file_',
  u: '_Interlock_calls_user_mode_',
  M: '_Must_inspect_result_',
  Z: 'DECLSPEC_NORETURN',
};
/** Marks of routines that wdk-params.txt does not list. */
function markByName(name) {
  const service = /^(Zw|Nt)/.test(name);
  if (
    (service && /Key|Registry/.test(name)) ||
    /^Rtl(\w*)Registry|^Io(Open|Get|Set)Device(InterfacePropertyData|InterfaceRegistryKey|PropertyData)/.test(name)
  )
    return 'rbp';
  if (service && /File|IoControl|FsControl/.test(name)) return 'bpf';
  if (service && /Wait|Alpc|RequestPort/.test(name)) return 'bp';
  if (service) return 'p';
  if (/^FsRtlCancellableWait|WaitForRundown|IoSynchronousCallDriver|WaitForMultiple|^ExAcquire.*(Exclusive|Shared)Lite/.test(name))
    return 'b';
  return '';
}
function splitParameters(text) {
  const out = [];
  let depth = 0,
    current = '';
  for (const c of text) {
    if (c === '(') depth++;
    if (c === ')') depth--;
    if (c === ',' && depth === 0) {
      out.push(current.trim());
      current = '';
    } else current += c;
  }
  if (current.trim()) out.push(current.trim());
  return out;
}

const outputs = { 'wdm.h': [], 'ntddk.h': [], 'ntifs.h': [] };
const omitted = [];
const seen = new Set();
for (const row of readFileSync(`${folder}/ddi-irql-table.tsv`, 'utf8').split(/\r?\n/).slice(1)) {
  const [name, header, doc, annotations, , signature] = row.split('\t');
  if (!name || !signature) {
    if (name && !INLINE.has(name)) omitted.push(`${name}: no signature`);
    continue;
  }
  if (INLINE.has(name) || seen.has(name) || /^(_?Interlocked|NTAPI_INLINE)/.test(name) || /NTAPI_INLINE/.test(signature)) continue;
  const clean = signature
    .replace(/\s*\[[^\]]*\]\s*$/, '')
    .replace(/\b(CDECL_NON_WVMPURE|__cdecl|__callback|NT_RTL_COMPRESS_API)\b\s*/g, '')
    .replace(/"[^"]*"/g, '');
  const m = new RegExp(`^(.*?)\\b${name}\\s*\\((.*)\\)$`).exec(clean.trim());
  if (!m) {
    omitted.push(`${name}: cannot read ${signature}`);
    continue;
  }
  const returns = m[1].trim() || 'VOID';
  const list = /^(VOID|void)?$/.test(m[2].trim()) ? [] : splitParameters(m[2]);
  const entry = params.get(name) ?? { marks: '', codes: [], more: '' };
  const unknown = [...`${returns} ${list.map((p) => p.replace(/\b\w+(\[\w*\])*$/, '')).join(' ')}`.matchAll(/\b[A-Za-z_]\w*\b/g)]
    .map((w) => w[0])
    .filter((w) => !known.has(w) && !/^_/.test(w));
  if (unknown.length) {
    omitted.push(`${name}: ${[...new Set(unknown)].join(' ')}`);
    continue;
  }
  const texts = list.map((p, index) => {
    if (p === '...') return p;
    const q = /^(.*?)(\w+)(\[\w*\])?$/.exec(p);
    const code = entry.codes[index];
    const sal = code && code !== '.' ? fromCode(code) : guess(name, q[1].trim().replace(/ \*/g, '*'), q[2]);
    if (!sal) throw new Error(`${name}: bad code ${code}`);
    return `${sal} ${p}`;
  });
  const marks = [...(params.has(name) ? entry.marks : markByName(name))].map((c) => MARKS[c]);
  const lead = [...irql(name, doc ?? '', annotations ?? ''), ...marks, ...(entry.more ? [entry.more] : [])].join(' ');
  outputs[header].push(
    `${lead}${lead ? ' ' : ''}NTKERNELAPI ${returns} ${name}(${texts.join(', ') || 'VOID'});`.replace(
      'NTKERNELAPI VOID NTAPI',
      'NTKERNELAPI VOID',
    ),
  );
  seen.add(name);
}
for (const [header, lines] of Object.entries(outputs)) {
  const title = `// DDIs of ${header}. Generated by scripts/gen-wdk-ddi.mjs (reference: ddi-irql-table.tsv); annotations in scripts/wdk-params.txt.`;
  writeFileSync(new URL(`ddi-${header}`, wdk), [title, '#pragma once', '#include "ntmisc.h"', ...lines, ''].join('\n'));
}
// What the table says, for the test that holds the headers against it: name, header, annotations as in the table without blanks.
const wanted = readFileSync(`${folder}/ddi-irql-table.tsv`, 'utf8')
  .split(/\r?\n/)
  .slice(1)
  .map((row) => row.split('\t'))
  .filter(([name]) => name)
  .map(([name, header, , annotations]) => `${name} ${header} ${(annotations ?? '').replace(/\s+/g, '')}`.trim());
writeFileSync(new URL('../test/wdk/ddi-names.txt', import.meta.url), `${wanted.join('\n')}\n`);
for (const name of params.keys())
  if (!seen.has(name) && !INLINE.has(name)) throw new Error(`wdk-params.txt annotates ${name}, which the table does not hold`);
if (process.argv[3]) writeFileSync(process.argv[3], omitted.join('\n') + '\n');
console.log(`${seen.size} DDIs written, ${omitted.length} left out`);
