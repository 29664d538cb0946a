// TraceLogging: registration of a provider variable, and events as lines `Provider Event { Field = value, ... }`. The fields come as groups of slots, each
// beginning with the text of its type (src/wdk/traceloggingprovider.h).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { tlgProvider_t as P, STRING, UNICODE_STRING } from '../layouts.gen.js';
import { guidText } from '../rtl/guid.js';
import { sidText, validSid } from '../rtl/sid.js';
import { STATUS } from '../rtl/status.js';
import {
  ALL_KEYWORDS,
  ALL_LEVELS,
  callEnable,
  freeRegistration,
  makeRegistration,
  ProviderKind,
  printEvent,
  registrationOf,
} from './provider.js';
import { statusText } from './wpp.js';

/** The format of an event allows no more. */
const MAX_FIELDS = 128;
const MAX_ELEMENTS = 64;

function register(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.return(STATUS.SUCCESS);
  const m = k.mem.checked;
  const p = f.ptr(0);
  // registering twice without unregistering is an error of the driver that Windows answers with a failed assertion in checked builds only
  if (registrationOf(k, m.ptr(p + P.RegHandle)) !== 0) return k.return(STATUS.UNSUCCESSFUL);
  const r = makeRegistration(k, ProviderKind.TraceLogging, p + P.Id, f.ptr(1), f.ptr(2));
  if (r === 0) return k.return(STATUS.INSUFFICIENT_RESOURCES);
  m.setPtr(p + P.RegHandle, r);
  m.setU32(p + P.Level, ALL_LEVELS);
  m.setU64(p + P.Keyword, ALL_KEYWORDS);
  return callEnable(k, f, r, 1) ?? k.return(STATUS.SUCCESS);
}

function unregister(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  const p = f.ptr(0);
  const r = registrationOf(k, m.ptr(p + P.RegHandle));
  if (r !== 0) freeRegistration(k, r);
  m.setPtr(p + P.RegHandle, 0);
  m.setU32(p + P.Level, 0);
  m.setU64(p + P.Keyword, 0n);
  return k.returnVoid();
}

/** The name that the driver gave (`"Status", "what it is"`), else the text of the value. */
function fieldName(given: string, value: string): string {
  const m = /^\s*(?:L|u8)?"((?:[^"\\]|\\.)*)"/.exec(given);
  return m ? m[1] : value;
}

const SIZES: Readonly<Record<string, number>> = {
  i8: 1,
  u8: 1,
  x8: 1,
  b8: 1,
  i16: 2,
  u16: 2,
  x16: 2,
  i32: 4,
  u32: 4,
  x32: 4,
  b32: 4,
  status: 4,
  i64: 8,
  u64: 8,
  x64: 8,
};

function scalar(type: string, v: bigint): string {
  const bits = 8 * (SIZES[type] ?? 8);
  switch (type[0] === 's' ? type : type.replace(/\d+$/, '')) {
    case 'i':
      return BigInt.asIntN(bits, v).toString();
    case 'u':
      return BigInt.asUintN(bits, v).toString();
    case 'x':
      return `0x${BigInt.asUintN(bits, v).toString(16).toUpperCase()}`;
    case 'b':
      return BigInt.asUintN(bits, v) === 0n ? 'false' : 'true';
    case 'c':
      return `'${String.fromCharCode(Number(v & 0xffffn))}'`;
    case 'status':
      return statusText(Number(BigInt.asIntN(32, v)));
    case 'port': {
      const n = Number(v & 0xffffn);
      return String(((n & 255) << 8) | (n >>> 8));
    }
    case 'ipv': {
      const n = Number(v & 0xffffffffn);
      return [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24].join('.');
    }
    case 'f': {
      const d = new DataView(new ArrayBuffer(8));
      d.setBigUint64(0, v);
      return String(d.getFloat64(0));
    }
    default:
      return `0x${v.toString(16).toUpperCase().padStart(16, '0')}`;
  }
}

function pointed(k: Kernel, type: string, at: Addr): string {
  const m = k.mem.checked;
  if (at === 0) return 'NULL';
  switch (type) {
    case 'sz':
      return `"${m.readAnsiz(at)}"`;
    case 'wsz':
      return `"${m.readUtf16z(at)}"`;
    case 'ansi':
      return `"${m.readAnsi(m.ptr(at + STRING.Buffer), m.u16(at + STRING.Length))}"`;
    case 'unicode': {
      const length = m.u16(at + UNICODE_STRING.Length);
      return `"${length === 0 ? '' : m.readUtf16(m.ptr(at + UNICODE_STRING.Buffer), length & ~1)}"`;
    }
    case 'guid':
      return guidText(k, at);
    case 'sid':
      return validSid(k, at) ? sidText(k, at) : 'not a SID';
    case 'time':
      return m.u64(at).toString();
    default:
      // SYSTEMTIME
      return Array.from({ length: 8 }, (_, i) => m.u16(at + 2 * i)).join(' ');
  }
}

/** Elements of an array field. */
function elements(k: Kernel, type: string, at: Addr, count: number): string {
  const m = k.mem.checked;
  if (type === 'sz') return `"${count === 0 ? '' : m.readAnsi(at, count)}"`;
  if (type === 'wsz') return `"${count === 0 ? '' : m.readUtf16(at, 2 * count)}"`;
  const shown = Math.min(count, MAX_ELEMENTS);
  const more = count > shown ? ` ... (${count})` : '';
  if (type === 'bin') return `${[...m.bytes(at, shown)].map((b) => b.toString(16).padStart(2, '0')).join(' ')}${more}`;
  const size = SIZES[type] ?? 8;
  const one = (i: number): bigint => {
    const a = at + i * size;
    return size === 1 ? BigInt(m.u8(a)) : size === 2 ? BigInt(m.u16(a)) : size === 4 ? BigInt(m.u32(a)) : m.u64(a);
  };
  return `[${Array.from({ length: shown }, (_, i) => scalar(type, one(i))).join(', ')}${more}]`;
}

const POINTED = new Set(['sz', 'wsz', 'ansi', 'unicode', 'guid', 'sid', 'time', 'systime']);
const META = new Set(['level', 'keyword', 'opcode', 'channel', 'tag', 'description', 'attribute']);

function write(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  const p = f.ptr(0);
  if (registrationOf(k, m.ptr(p + P.RegHandle)) === 0) return k.returnVoid(); // not registered: the event goes nowhere
  let at = f.slotAddress(2);
  let level = 5;
  /** Fields that still belong to each open structure. */
  const open: number[] = [];
  let text = '';
  const add = (s: string): void => {
    text += (text === '' || text.endsWith('{ ') ? '' : ', ') + s;
    while (open.length && --open[open.length - 1] <= 0) {
      open.pop();
      text += ' }';
    }
  };
  for (let n = 0; n < MAX_FIELDS; n++) {
    const typeAt = m.ptr(at);
    if (typeAt === 0) break;
    const type = m.readAnsiz(typeAt, 16);
    const value = m.u64(at + 24);
    const name = (): string => fieldName(m.readAnsiz(m.ptr(at + 16), 512), m.readAnsiz(m.ptr(at + 8), 256));
    const array = type.endsWith('[]');
    if (META.has(type)) {
      if (type === 'level') level = Number(value & 0xffn);
    } else if (type === 'struct') {
      text += `${text === '' || text.endsWith('{ ') ? '' : ', '}${name()} = { `;
      open.push(Number(value & 0xffn));
      if (open[open.length - 1] === 0) {
        open.pop();
        text += '}';
      }
    } else if (array) add(`${name()} = ${elements(k, type.slice(0, -2), m.ptr(at + 24), m.u32(at + 32) & 0xffff)}`);
    else if (POINTED.has(type)) add(`${name()} = ${pointed(k, type, m.ptr(at + 24))}`);
    else add(`${name()} = ${scalar(type, value)}`);
    at += array ? 40 : 32;
  }
  const provider = m.ptr(p + P.Name) === 0 ? 'TraceLogging' : m.readAnsiz(m.ptr(p + P.Name), 256);
  printEvent(k, `${provider} ${m.readAnsiz(f.ptr(1), 256)}${level === 5 ? '' : ` (level ${level})`} { ${text}${text === '' ? '' : ' '}}`);
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'InterlockTraceLoggingRegister', cost: 200, step: register },
  { name: 'InterlockTraceLoggingUnregister', cost: 200, step: unregister },
  { name: 'InterlockTraceLoggingWrite', cost: 100, step: write },
];
