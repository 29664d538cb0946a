// Types and values in the notation of `dt`: `Uint4B`, `Ptr64 _KPROCESS`, `[4] _KWAIT_BLOCK`, `Pos 3, 1 Bit`; values in hexadecimal, enums by name.
import { sizeOf } from '../../c/layout.js';
import type { CType, EnumType, RecordType } from '../../c/types.js';
import { asInteger, asNumber, load, type TargetMemory, type Value } from '../../machine/inspect/value.js';
import type { Names } from '../format.js';
import { address } from '../inspect/reader.js';

const declName = (t: RecordType | EnumType): string => t.decl.tag ?? t.decl.typedefName ?? '<unnamed-tag>';

export function typeText(t: CType): string {
  switch (t.kind) {
    case 'void':
      return 'Void';
    case 'int':
      if (t.size === 1) return t.signed ? 'Char' : 'UChar';
      if (t.size === 2 && t.name === 'wchar_t') return 'Wchar';
      return `${t.signed ? 'Int' : 'Uint'}${t.size}B`;
    case 'float':
      return t.size === 4 ? 'Float' : 'Double';
    case 'enum':
    case 'record':
      return declName(t);
    case 'pointer':
      return t.target.kind === 'function' ? 'Ptr64     void' : `Ptr64 ${typeText(t.target)}`;
    case 'array':
      return `[${t.length ?? 0}] ${typeText(t.element)}`;
    case 'function':
      return 'void';
    default:
      return '<unknown>';
  }
}

const hex = (n: bigint): string => `0x${n.toString(16)}`;
const isNamed = (t: RecordType, ...names: string[]): boolean => names.includes(declName(t).replace(/^_/, ''));

export function valueText(v: Value, memory: TargetMemory, names: Names): string {
  const t = v.type;
  switch (t.kind) {
    case 'int': {
      if (!v.bytes) return '??';
      const n = asInteger(v);
      if (v.bits)
        return hex(n)
          .replace(/^0x/, '0y')
          .replace(/^0y.*/, `0y${n.toString(2)}`);
      if (t.size === 1) {
        const c = Number(BigInt.asUintN(8, n));
        return `${t.signed ? n : hex(n)} '${c >= 32 && c < 127 ? String.fromCharCode(c) : ''}'`;
      }
      return t.signed && t.size < 8 ? `0n${n}` : hex(BigInt.asUintN(8 * t.size, n));
    }
    case 'float':
      return v.bytes ? String(asNumber(v)) : '??';
    case 'enum': {
      if (!v.bytes) return '??';
      const n = asInteger(v);
      return `${n} ( ${t.decl.members.find((m) => m.value === n)?.name ?? 'no enumerator'} )`;
    }
    case 'pointer':
      return pointerText(v, t.target, names);
    case 'array':
      return `${typeText(t)}${arrayContent(v, memory)}`;
    case 'record':
      return `${declName(t)}${recordSummary(v, t, memory)}`;
    default:
      return typeText(t);
  }
}

function pointerText(v: Value, target: CType, names: Names): string {
  if (!v.bytes) return '??';
  const n = BigInt.asUintN(64, asInteger(v));
  if (n === 0n) return '(null)';
  if (target.kind === 'function') return `0x${address(n)}     ${names.symbol(Number(BigInt.asIntN(64, n))) ?? ''}`.trimEnd();
  return `0x${address(n)} ${typeText(target)}`;
}

function arrayContent(v: Value, memory: TargetMemory): string {
  const t = v.type;
  if (t.kind !== 'array' || v.address === undefined || t.element.kind !== 'int' || t.element.size !== 1) return '';
  const bytes = memory.read(v.address, Math.min(t.length ?? 0, 32));
  return bytes
    ? `  "${String.fromCharCode(...bytes)
        .replace(/\0.*$/s, '')
        .replace(/[^ -~]/g, '.')}"`
    : '';
}

function recordSummary(v: Value, t: RecordType, memory: TargetMemory): string {
  if (v.address === undefined) return '';
  const read = (name: string): bigint | undefined => {
    const f = t.decl.fields.find((x) => x.name === name);
    const m = f && load(memory, f.type, (v.address as number) + f.offset);
    return m?.bytes ? asInteger(m) : undefined;
  };
  if (isNamed(t, 'LIST_ENTRY')) {
    const [f, b] = [read('Flink'), read('Blink')];
    return f === undefined || b === undefined ? ' [ ?? ]' : ` [ 0x${address(f)} - 0x${address(b)} ]`;
  }
  if (isNamed(t, 'LARGE_INTEGER', 'ULARGE_INTEGER')) {
    const q = read('QuadPart');
    return q === undefined ? ' ??' : ` ${hex(BigInt.asUintN(64, q))}`;
  }
  if (isNamed(t, 'UNICODE_STRING')) {
    const [length, buffer] = [read('Length'), read('Buffer')];
    const bytes =
      length === undefined || !buffer ? undefined : memory.read(Number(BigInt.asIntN(64, buffer)), Math.min(Number(length), 512));
    return ` "${bytes ? new TextDecoder('utf-16le').decode(bytes) : ''}"`;
  }
  return '';
}

export const sizeText = (t: CType): string => `0x${sizeOf(t).toString(16)} bytes`;
