// How values look: NTSTATUS and enums by name, UNICODE_STRING as text, pointers with what they point to, structures in one line, and their children.
// Reading is bounded everywhere: corrupted lists and lengths give a short text, never a hang.
import { sizeOf } from '../c/layout.js';
import { typeToString } from '../c/type-names.js';
import type { ArrayType, CType, Field, RecordType } from '../c/types.js';
import { asAddress, asInteger, asNumber, hex64, isScalar, load, type TargetMemory, type Value } from '../machine/inspect/value.js';

/** Names for numbers that C code knows by macro: NTSTATUS values; and functions by address. */
export interface Names {
  status(value: number): string | undefined;
  /** `procwatch!ProcWatchUnload` for a code address, `nt!KeSetEvent` for a DDI; undefined when it is none. */
  symbol(address: number): string | undefined;
}

const SUMMARY = 60;
const CHILD_LIMIT = 1000;
const LIST_LIMIT = 100;
/** Offset in DISPATCHER_HEADER; the union before it has no name to ask for. */
const SIGNAL_STATE = 4;

const recordName = (t: RecordType): string => t.decl.tag ?? t.decl.typedefName ?? '';
const isRecord = (t: CType, ...names: string[]): boolean => t.kind === 'record' && names.includes(recordName(t).replace(/^_/, ''));
const fieldOf = (t: RecordType, name: string): Field | undefined => t.decl.fields.find((f) => f.name === name);
const isChar = (t: CType): boolean => t.kind === 'int' && t.size === 1 && /char/.test(t.name);
const isWide = (t: CType): boolean =>
  t.kind === 'int' && t.size === 2 && (t.name === 'wchar_t' || t.alias === 'WCHAR' || t.alias === 'wchar_t');

/** One-line text of a value. */
export function formatValue(v: Value, memory: TargetMemory, names: Names): string {
  const t = v.type;
  if (isScalar(t) && !v.bytes) return v.address === undefined ? '<no value>' : `<memory at ${hex64(v.address)} cannot be read>`;
  switch (t.kind) {
    case 'int':
      return formatInteger(v, names);
    case 'float':
      return String(asNumber(v));
    case 'enum': {
      const n = asInteger(v);
      const member = t.decl.members.find((m) => m.value === n);
      return member ? `${member.name} (${n})` : String(n);
    }
    case 'pointer':
      return formatPointer(v, t.target, memory, names);
    case 'array':
      return formatArray(v, t, memory, names);
    case 'record':
      return formatRecord(v, t, memory, names);
    case 'function':
      return v.address === undefined ? '<function>' : (names.symbol(v.address) ?? hex64(v.address));
    default:
      return '<no value>';
  }
}

function formatInteger(v: Value, names: Names): string {
  const t = v.type as Extract<CType, { kind: 'int' }>;
  const n = asInteger(v);
  if (t.alias === 'NTSTATUS') {
    const u = Number(BigInt.asUintN(32, n));
    const name = names.status(u);
    const code = `0x${u.toString(16).toUpperCase().padStart(8, '0')}`;
    return name ? `${name} (${code})` : code;
  }
  if (t.alias === 'BOOLEAN' || t.bool) return n === 0n ? 'FALSE' : n === 1n ? 'TRUE' : `TRUE (${n})`;
  if (isWide(t) || (isChar(t) && t.name === 'char')) {
    const c = Number(BigInt.asUintN(8 * t.size, n));
    return c >= 32 && c !== 127 ? `${n} ${t.size === 2 ? 'L' : ''}'${String.fromCharCode(c)}'` : String(n);
  }
  return n > 9n || n < -9n
    ? `${n} (0x${BigInt.asUintN(8 * t.size, n)
        .toString(16)
        .toUpperCase()})`
    : String(n);
}

const quote = (text: string): string => JSON.stringify(text);

function readText(memory: TargetMemory, address: number, unit: 1 | 2, limit: number): string | undefined {
  let out = '';
  for (let i = 0; i < limit; i++) {
    const b = memory.read(address + i * unit, unit);
    if (!b) return i === 0 ? undefined : out;
    const c = unit === 1 ? b[0] : b[0] | (b[1] << 8);
    if (c === 0) return out;
    out += String.fromCharCode(c);
  }
  return `${out}...`;
}

function formatPointer(v: Value, target: CType, memory: TargetMemory, names: Names): string {
  const address = asAddress(v);
  if (address === 0) return 'NULL';
  // handles and process IDs are small numbers in pointer clothes
  if (address > 0 && address < 0x10000) return `0x${address.toString(16).toUpperCase()} (${address})`;
  const text = hex64(asInteger(v)); // exact: garbage such as 0xCCCCCCCCCCCCCCCC is no address that a number could hold
  if (target.kind === 'function') return `${text} ${names.symbol(address) ?? '<not a function>'}`;
  if (isChar(target) || isWide(target)) {
    const s = readText(memory, address, isWide(target) ? 2 : 1, SUMMARY);
    // the text first: it is what one looks for, and the variables view is narrow
    return s === undefined ? `${text} <cannot be read>` : `${isWide(target) ? 'L' : ''}${quote(s)} (${text})`;
  }
  if (isRecord(target, 'UNICODE_STRING', 'STRING', 'ANSI_STRING'))
    return `${formatRecord({ type: target, address }, target as RecordType, memory, names)} (${text})`;
  return text;
}

function formatArray(v: Value, t: ArrayType, memory: TargetMemory, names: Names): string {
  const length = t.length ?? 0;
  if (isChar(t.element) || isWide(t.element)) {
    const unit = isWide(t.element) ? 2 : 1;
    let s: string | undefined;
    if (v.address !== undefined) s = readText(memory, v.address, unit, Math.min(length, 200));
    else if (v.bytes) s = new TextDecoder(unit === 2 ? 'utf-16le' : 'latin1').decode(v.bytes).replace(/\0.*$/s, '');
    if (s !== undefined) return `${unit === 2 ? 'L' : ''}${quote(s)}`;
  }
  if (v.address === undefined) return `[${length}]`;
  const parts: string[] = [];
  const size = sizeOf(t.element);
  for (let i = 0; i < Math.min(length, 8); i++) {
    parts.push(formatValue(load(memory, t.element, v.address + i * size), memory, names));
    if (parts.join(', ').length > SUMMARY) break;
  }
  return `[${length}] {${parts.join(', ')}${parts.length < length ? ', ...' : ''}}`;
}

function formatRecord(v: Value, t: RecordType, memory: TargetMemory, names: Names): string {
  if (v.address === undefined) return '{...}';
  const address = v.address;
  const read = (name: string): bigint | undefined => {
    const f = fieldOf(t, name);
    if (!f) return undefined;
    const m = load(memory, f.type, address + f.offset);
    return m.bytes ? asInteger(m) : undefined;
  };
  if (isRecord(t, 'UNICODE_STRING', 'STRING', 'ANSI_STRING', 'OEM_STRING')) {
    const length = read('Length');
    const buffer = read('Buffer');
    if (length === undefined || buffer === undefined) return '<cannot be read>';
    if (buffer === 0n) return 'NULL';
    const bytes = memory.read(Number(BigInt.asIntN(64, buffer)), Math.min(Number(length), 1024));
    if (!bytes) return `<buffer at ${hex64(buffer)} cannot be read>`;
    const wide = isRecord(t, 'UNICODE_STRING');
    return `${wide ? 'L' : ''}${quote(new TextDecoder(wide ? 'utf-16le' : 'latin1').decode(bytes))}`;
  }
  if (isRecord(t, 'LIST_ENTRY')) {
    const n = listEntries(address, t, memory);
    return typeof n === 'string' ? n : n.length === 0 ? 'empty list' : `list of ${n.length}${n.length >= LIST_LIMIT ? ' or more' : ''}`;
  }
  if (isRecord(t, 'LARGE_INTEGER', 'ULARGE_INTEGER')) {
    const q = read('QuadPart');
    if (q !== undefined) return String(q);
  }
  const header = fieldOf(t, 'Header');
  if (header && header.type.kind === 'record' && isRecord(header.type, 'DISPATCHER_HEADER')) {
    const state = memory.read(address + header.offset + SIGNAL_STATE, 4);
    return state ? dispatcherState(t, new DataView(state.buffer, state.byteOffset, 4).getInt32(0, true)) : '<cannot be read>';
  }
  if (isRecord(t, 'CLIENT_ID')) return `pid ${read('UniqueProcess')} tid ${read('UniqueThread')}`;
  const parts: string[] = [];
  for (const f of t.decl.fields) {
    if (!f.name || !isScalar(f.type)) continue;
    parts.push(`${f.name}=${formatValue(load(memory, f.type, address + f.offset, bitsOf(f)), memory, names)}`);
    if (parts.join(', ').length > SUMMARY) {
      parts.push('...');
      break;
    }
  }
  return `{${parts.join(', ')}}`;
}

const bitsOf = (f: Field): { offset: number; width: number } | undefined =>
  f.bitWidth === undefined ? undefined : { offset: f.bitOffset ?? 0, width: f.bitWidth };

/** DISPATCHER_HEADER.SignalState in words; for a mutex 1 means that nobody owns it. */
function dispatcherState(t: RecordType, state: number): string {
  if (isRecord(t, 'KMUTANT', 'KMUTEX')) return state > 0 ? 'free' : `owned${state < 0 ? ` ${1 - state} times` : ''}`;
  if (isRecord(t, 'KSEMAPHORE')) return `count ${state}`;
  return state > 0 ? 'signaled' : 'not signaled';
}

/** Addresses of the entries behind a list head; a text when the links are broken. */
export function listEntries(head: number, t: RecordType, memory: TargetMemory): number[] | string {
  const flink = fieldOf(t, 'Flink');
  if (!flink) return '{...}';
  const out: number[] = [];
  for (let at = head; out.length < LIST_LIMIT; ) {
    const next = load(memory, flink.type, at + flink.offset);
    if (!next.bytes) return `broken list: Flink of ${hex64(at)} cannot be read`;
    const address = asAddress(next);
    if (address === head) return out;
    if (address === 0) return at === head ? 'not initialised' : `broken list: Flink of ${hex64(at)} is NULL`;
    out.push(address);
    at = address;
  }
  return out;
}

export interface Child {
  readonly name: string;
  readonly value: Value;
  /** C expression for this child, given the parent's. */
  readonly expression: (parent: string) => string;
}

/** True when `children` gives something. */
export function hasChildren(v: Value): boolean {
  const t = v.type;
  if (t.kind === 'record') return v.address !== undefined && t.decl.complete;
  if (t.kind === 'array') return v.address !== undefined && (t.length ?? 0) > 0;
  return t.kind === 'pointer' && v.bytes !== undefined && asInteger(v) !== 0n && expandable(t.target);
}

function expandable(target: CType): boolean {
  if (target.kind === 'record') return target.decl.complete;
  return target.kind === 'pointer' || target.kind === 'int' || target.kind === 'enum' || target.kind === 'float' || target.kind === 'array';
}

/** An expression in a form that a postfix operator can follow. */
const operand = (text: string): string => (/^[A-Za-z_](\w|\.|->|\[\w+\])*$/.test(text) ? text : `(${text})`);

export function children(v: Value, memory: TargetMemory): Child[] {
  const t = v.type;
  if (t.kind === 'pointer') {
    const address = asAddress(v);
    if (t.target.kind === 'record') return members(t.target, address, memory, (p, n) => `${operand(p)}->${n}`);
    return [{ name: '*', value: load(memory, t.target, address), expression: (p) => `*${operand(p)}` }];
  }
  if (v.address === undefined) return [];
  if (t.kind === 'record') return members(t, v.address, memory, (p, n) => `${operand(p)}.${n}`);
  if (t.kind !== 'array') return [];
  const out: Child[] = [];
  const size = sizeOf(t.element);
  for (let i = 0; i < Math.min(t.length ?? 0, CHILD_LIMIT); i++)
    out.push({ name: `[${i}]`, value: load(memory, t.element, v.address + i * size), expression: (p) => `${operand(p)}[${i}]` });
  return out;
}

function members(t: RecordType, address: number, memory: TargetMemory, join: (parent: string, name: string) => string): Child[] {
  const out: Child[] = [];
  for (const f of t.decl.fields) {
    if (f.name === undefined) {
      // anonymous struct or union: its members belong to the parent
      if (f.type.kind === 'record') out.push(...members(f.type, address + f.offset, memory, join));
      continue;
    }
    const name = f.name;
    out.push({ name, value: load(memory, f.type, address + f.offset, bitsOf(f)), expression: (p) => join(p, name) });
  }
  return out;
}

/** Type as shown beside a value. */
export const formatType = (t: CType): string => typeToString(t);
