// Names of 8.3 form: what is one, and how one is made from a long name (RtlGenerate8dot3Name: up to six characters, ~1 to ~4, then two characters and
// four digits of a checksum, again from ~1). The checksum's formula is private to Windows (U); that the same name always gives the same short name holds here too.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { GENERATE_NAME_CONTEXT as G } from '../layouts.gen.js';
import { counted, produce, setCounted, unicodeText } from './counted-string.js';
import { STATUS } from './status.js';
import { upcase } from './text-unit.js';

const ILLEGAL = /[\x00-\x1f"*+,/:;<=>?[\\\]|]/;
const BEFORE_CHECKSUM = 4;

/** Legal: 1 to 8 characters, perhaps a dot and 1 to 3 more; no space before the dot or at the end. `.` and `..` are legal too. */
export function isShortName(name: string): boolean {
  if (name === '.' || name === '..') return true;
  const m = /^([^.]{1,8})(?:\.([^.]{1,3}))?$/.exec(name);
  return m !== null && !ILLEGAL.test(name) && !m[1].endsWith(' ') && !name.endsWith(' ');
}

/** Over the upper-case name, two characters a turn. */
function checksum(name: string): number {
  if (name.length === 1) return name.charCodeAt(0);
  let sum = ((name.charCodeAt(0) << 8) + name.charCodeAt(1)) & 0xffff;
  for (let i = 2; i < name.length; i += 2) {
    sum = ((sum & 1 ? 0x8000 : 0) + (sum >> 1) + (name.charCodeAt(i) << 8)) & 0xffff;
    if (i + 1 < name.length) sum = (sum + name.charCodeAt(i + 1)) & 0xffff;
  }
  return sum;
}

/** One character of the short name; '' when it is left out. */
function short(c: string, extended: boolean): string {
  if (c === ' ' || c === '.') return '';
  if (ILLEGAL.test(c)) return '_';
  const u = upcase(c.charCodeAt(0));
  return u > 0x7f && !extended ? '_' : String.fromCharCode(u);
}

/** (Name, AllowExtendedCharacters, Context, Name8dot3): the context remembers how often it was asked. */
function generate(k: Kernel, f: Frame): number {
  const m = k.mem.checked;
  const name = unicodeText(k, f.ptr(0));
  const context = f.ptr(2);
  const extended = f.bool(1);
  const parts = (t: string, n: number): string =>
    [...t]
      .map((c) => short(c, extended))
      .join('')
      .slice(0, n);
  const last = name.lastIndexOf('.');
  const hasExtension = last > 0 && /[^.]/.test(name.slice(0, last)) && parts(name.slice(last + 1), 3) !== '';
  let base = parts(hasExtension ? name.slice(0, last) : name, 6);
  const extension = hasExtension ? parts(name.slice(last + 1), 3) : '';
  let index = m.u32(context + G.LastIndexValue);
  let inserted = m.u8(context + G.ChecksumInserted) !== 0;
  const digits = (): string =>
    checksum([...name].map((c) => String.fromCharCode(upcase(c.charCodeAt(0)))).join(''))
      .toString(16)
      .toUpperCase()
      .padStart(4, '0');
  if (base === '' && extension === '') return STATUS.OBJECT_NAME_INVALID;
  index++;
  if (!inserted && (base.length <= 2 || index > BEFORE_CHECKSUM)) {
    if (base.length > 2) index = 1;
    inserted = true;
  }
  if (inserted) base = base.slice(0, 2) + digits();
  if (index > 999_999) return STATUS.FILE_SYSTEM_LIMITATION;
  const tail = `~${index}`;
  base = base.slice(0, 8 - tail.length);
  m.setU16(context + G.Checksum, Number.parseInt(digits(), 16));
  m.setU8(context + G.ChecksumInserted, inserted ? 1 : 0);
  m.setU8(context + G.NameLength, base.length);
  for (let i = 0; i < base.length; i++) m.setU16(context + G.NameBuffer + 2 * i, base.charCodeAt(i));
  const dotted = extension === '' ? '' : `.${extension}`;
  m.setU32(context + G.ExtensionLength, dotted.length);
  for (let i = 0; i < dotted.length; i++) m.setU16(context + G.ExtensionBuffer + 2 * i, dotted.charCodeAt(i));
  m.setU32(context + G.LastIndexValue, index);
  return produce(k, f.ptr(3), base + tail + dotted, true, false, 'none');
}

/** (Name, OemName, NameContainsSpaces): the last two may be left out; the OEM name is filled only when it fits and the name is legal. */
function isLegal(k: Kernel, name: Addr, oem: Addr, spaces: Addr): number {
  const text = unicodeText(k, name);
  if (text.length > 12 || !isShortName(text) || [...text].some((c) => upcase(c.charCodeAt(0)) > 0xff)) return 0;
  const upper = [...text].map((c) => String.fromCharCode(upcase(c.charCodeAt(0)))).join('');
  if (oem !== 0) {
    const o = counted(k, oem);
    if (o.maximum < upper.length) return 0;
    k.mem.checked.writeAnsi(o.buffer, upper);
    setCounted(k, oem, upper.length, o.maximum, o.buffer);
  }
  if (spaces !== 0) k.mem.checked.setU8(spaces, text.includes(' ') ? 1 : 0);
  return 1;
}

export const routines: KernelRoutine[] = [
  { name: 'RtlGenerate8dot3Name', cost: 30, step: (k, f) => k.return(generate(k, f)) },
  { name: 'RtlIsNameLegalDOS8Dot3', step: (k, f) => k.return(isLegal(k, f.ptr(0), f.ptr(1), f.ptr(2))) },
];
