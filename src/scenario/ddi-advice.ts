// How to go on where a routine is declared and not simulated: what it is, the `stub` to paste into the scenario, and the C to write as a model. All of it is read
// from the declaration, so it is right for a routine of the WDK and for one of a library that is not at hand.
import { basename } from '../base/files.js';
import type { FunctionSymbol } from '../c/tree.js';
import { typeToString } from '../c/type-names.js';
import type { CType, Parameter } from '../c/types.js';
import type { Scenario } from './ast.js';
import { wdkHeader } from './ddi-use.js';

export interface DdiAdvice {
  readonly name: string;
  /** `declared in wdm.h; part of the power framework`: one clause or more. */
  readonly origin: string;
  /** WDK header that declares it, where known. */
  readonly header?: string;
  /** Part of Windows it belongs to and that is not simulated, where known. */
  readonly subsystem?: string;
  /** Name of its page in the documentation: `nf-wdm-poregisterdevicenotify`. */
  readonly documentation?: string;
  /** Statement for the scenario; undefined when no stub can answer (it returns a structure, or never). */
  readonly stub?: string;
  /** Text of a models file that defines it and does nothing yet. */
  readonly model: string;
}

/** Families of routines by prefix. The first that fits counts. */
const SUBSYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/^Cc[A-Z]/, 'the cache manager'],
  [/^Clfs[A-Z]/, 'the Common Log File System'],
  [
    /^(Tm[A-Z]|(Zw|Nt)\w*(Transaction|Enlistment|ResourceManager|TransactionManager)|(Zw|Nt)(Prepare|PrePrepare|Commit|Rollback|ReadOnly)\w*)/,
    'the kernel transaction manager',
  ],
  [/^PoFx[A-Z]/, 'the power management framework'],
  [/^Po[A-Z]/, 'the power manager'],
  [/^(IoWMI|Wmi)[A-Z]/, 'Windows Management Instrumentation'],
  [/^Etw[A-Z]/, 'Event Tracing for Windows'],
  [/^Flt[A-Z]/, 'the filter manager'],
  [/^FsRtl[A-Z]/, 'the file system run-time library'],
  [/^(Ndis|NDIS)/, 'NDIS'],
  [/^(Fwps|Fwpm)[A-Z]/, 'the Windows Filtering Platform'],
  [/^(Wsk|Tdi)[A-Z]/, 'the network stack'],
  [/^(StorPort|ScsiPort|Storport)[A-Z]/, 'the storage port driver'],
  [/^(USBD_|Usb)/, 'the USB stack'],
  [/^(BCrypt|NCrypt)[A-Z]/, 'Cryptography API: Next Generation'],
  [/^(Pcw|Pcwp)[A-Z]/, 'performance counters'],
  [/^(Hal[A-Z]|KeFlushIoBuffers|(READ|WRITE)_(PORT|REGISTER))/, 'the hardware abstraction layer'],
  [/^Io\w*(Interrupt|Dma|Adapter|DeviceProperty|DeviceInterface|PlugPlay|Pnp|TargetDevice|Relations)/, 'Plug and Play and device hardware'],
  [/^(Rtl[A-Z])/, 'the run-time library'],
  [/^Se[A-Z]/, 'the security reference monitor'],
  [/^(Mm[A-Z]|(Zw|Nt)\w*(VirtualMemory|Section))/, 'the memory manager'],
  [/^Ps[A-Z]/, 'the process manager'],
  [/^Ob[A-Z]/, 'the object manager'],
  [/^(Cm[A-Z]|(Zw|Nt)\w*Key)/, 'the registry'],
  [/^Io[A-Z]/, 'the I/O manager'],
  [/^Ke[A-Z]/, 'the kernel core'],
  [/^Ex[A-Z]/, 'the executive'],
];

export function adviceFor(f: FunctionSymbol): DdiAdvice {
  const header = wdkHeader(f);
  const subsystem = f.builtin ? SUBSYSTEMS.find(([pattern]) => pattern.test(f.name))?.[1] : undefined;
  const documentation =
    header !== undefined && /^ddi-/.test(basename(f.range.file.path))
      ? `nf-${header.replace(/\.h$/, '')}-${f.name.toLowerCase()}`
      : undefined;
  const stub = stubStatement(f);
  return {
    name: f.name,
    origin: [
      f.builtin ? `declared in ${header ?? 'the headers of the WDK'}` : `declared in ${f.range.file.path}, defined nowhere`,
      ...(subsystem ? [`part of ${subsystem}`] : []),
    ].join('; '),
    model: modelText(f),
    ...(header === undefined ? {} : { header }),
    ...(subsystem === undefined ? {} : { subsystem }),
    ...(documentation === undefined ? {} : { documentation }),
    ...(stub === undefined ? {} : { stub }),
  };
}

const isPlain = (t: CType): boolean => t.kind === 'int' || t.kind === 'enum' || t.kind === 'pointer';

/** A value to write in an example: success where a status is returned, else nothing (zero). */
export function exampleValue(t: CType): string {
  if (t.kind === 'pointer') return 'NULL';
  if (t.alias === 'NTSTATUS') return 'STATUS_SUCCESS';
  if (t.alias === 'BOOLEAN' || t.alias === 'BOOL') return 'FALSE';
  return '0';
}

/** With success comes what the caller then reads: outputs are set, to nothing. */
function stubStatement(f: FunctionSymbol): string | undefined {
  const { returns } = f.type;
  if (f.noreturn || (returns.kind !== 'void' && !isPlain(returns))) return undefined;
  const value = returns.kind === 'void' ? '' : ` returns ${exampleValue(returns)}`;
  const outputs =
    value === '' || value.endsWith('STATUS_SUCCESS')
      ? f.type.params.flatMap((p) => (isOutput(p) ? `*${p.name} = ${exampleValue(targetOf(p)!)};` : []))
      : [];
  return outputs.length ? `stub ${f.name}${value} { ${outputs.join(' ')} }` : `stub ${f.name}${value};`;
}

const targetOf = (p: Parameter): CType | undefined => (p.type.kind === 'pointer' ? p.type.target : undefined);

/** An annotated output that a stub can write. */
function isOutput(p: Parameter): boolean {
  const target = targetOf(p);
  return (
    p.name !== undefined &&
    target !== undefined &&
    isPlain(target) &&
    p.sal.some((a) => /^_Out(ptr)?(_opt)?(_result_maybenull_)?_$/.test(a.name) || /^_Outptr_/.test(a.name))
  );
}

const WIDTH = 100;

/** A models file with this one function, ready to be filled. */
function modelText(f: FunctionSymbol): string {
  const header = f.builtin ? wdkHeader(f) : undefined;
  const known = header !== undefined && /^(ntddk|wdm|ntifs|fltkernel)\.h$/.test(header);
  const own = !f.builtin && /\.(h|inl)$/i.test(f.range.file.path) ? `#include "${f.range.file.path}"\n` : '';
  const include = `#include <ntifs.h>\n${known || header === undefined ? (header === 'fltkernel.h' ? '#include <fltKernel.h>\n' : '') : `#include <${header}>\n`}${own}`;
  const { returns, params, variadic } = f.type;
  const list = params.map((p, i) => typeToString(p.type, p.name ?? `Argument${i + 1}`));
  if (variadic) list.push('...');
  const head = (inside: string): string => typeToString(returns, `${f.name}(${inside})`);
  const oneLine = head(list.join(', ') || 'VOID');
  const text = oneLine.length <= WIDTH ? oneLine : head(`\n    ${list.join(',\n    ')}`);
  const result =
    returns.kind === 'void' || f.noreturn ? '' : isPlain(returns) ? `    return ${exampleValue(returns)};\n` : '    // return ...;\n';
  return `${include}\n${text}\n{\n${result}}\n`;
}

/** Where a new statement for every driver goes in a scenario: offset of a line's begin, above the first stub or driver and what is said about it. */
export function statementPlace(s: Scenario): number {
  const { text } = s.file;
  const starts = [...s.stubs.map((x) => x.name.range.start), ...s.drivers.map((d) => d.range.start)];
  let at = lineStart(text, Math.min(text.length, ...starts));
  while (at > 0) {
    const before = lineStart(text, at - 1);
    if (!/^\s*\/\//.test(text.slice(before, at))) break;
    at = before;
  }
  return at;
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;
