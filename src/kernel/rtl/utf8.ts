// UTF-8: plain buffers and counted strings. Ill-formed input is no error: each bad unit or byte sequence becomes U+FFFD and the status says
// STATUS_SOME_NOT_MAPPED; a full destination ends at a whole character with STATUS_BUFFER_TOO_SMALL (reference: the DDI pages).
import type { KernelRoutine } from '../kernel.js';
import { ansiText, produce, unicodeText } from './counted-string.js';
import { STATUS } from './status.js';

const REPLACEMENT = 0xfffd;

/** One decoded character and whether it stands for ill-formed input. */
interface Character {
  readonly code: number;
  readonly bad: boolean;
}

function* fromUtf16(text: string): Generator<Character> {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0xd800 || c > 0xdfff) yield { code: c, bad: false };
    else {
      const low = c < 0xdc00 ? text.charCodeAt(i + 1) : 0;
      if (low >= 0xdc00 && low <= 0xdfff) {
        i++;
        yield { code: 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00), bad: false };
      } else yield { code: REPLACEMENT, bad: true };
    }
  }
}

function* fromUtf8(bytes: string): Generator<Character> {
  for (let i = 0; i < bytes.length; ) {
    const b = bytes.charCodeAt(i++);
    if (b < 0x80) {
      yield { code: b, bad: false };
      continue;
    }
    const more = b >= 0xc2 && b <= 0xdf ? 1 : b >= 0xe0 && b <= 0xef ? 2 : b >= 0xf0 && b <= 0xf4 ? 3 : 0;
    // the second byte's range excludes overlong forms, surrogates and codes above U+10FFFF
    let low = b === 0xe0 ? 0xa0 : b === 0xf0 ? 0x90 : 0x80;
    let high = b === 0xed ? 0x9f : b === 0xf4 ? 0x8f : 0xbf;
    let code = b & (0x3f >> more);
    let left = more;
    for (; left > 0; left--) {
      const c = bytes.charCodeAt(i);
      if (!(c >= low && c <= high)) break;
      code = (code << 6) | (c & 0x3f);
      i++;
      low = 0x80;
      high = 0xbf;
    }
    yield more === 0 || left > 0 ? { code: REPLACEMENT, bad: true } : { code, bad: false };
  }
}

function encodeUtf8(code: number): string {
  const byte = (n: number): string => String.fromCharCode(n);
  if (code < 0x80) return byte(code);
  if (code < 0x800) return byte(0xc0 | (code >> 6)) + byte(0x80 | (code & 0x3f));
  if (code < 0x10000) return byte(0xe0 | (code >> 12)) + byte(0x80 | ((code >> 6) & 0x3f)) + byte(0x80 | (code & 0x3f));
  return byte(0xf0 | (code >> 18)) + byte(0x80 | ((code >> 12) & 0x3f)) + byte(0x80 | ((code >> 6) & 0x3f)) + byte(0x80 | (code & 0x3f));
}

interface Converted {
  readonly text: string;
  readonly status: number;
}

/** Converts up to `limit` output units; whole characters only. */
function convert(characters: Generator<Character>, encode: (code: number) => string, limit: number): Converted {
  let text = '';
  let status: number = STATUS.SUCCESS;
  for (const c of characters) {
    const units = encode(c.code);
    if (text.length + units.length > limit) return { text, status: STATUS.BUFFER_TOO_SMALL };
    if (c.bad) status = STATUS.SOME_NOT_MAPPED;
    text += units;
  }
  return { text, status };
}
/** UTF-16 text to UTF-8, one character a byte. */
export const utf8FromUtf16 = (text: string, limit = Infinity): Converted => convert(fromUtf16(text), encodeUtf8, limit);
/** UTF-8 (one character a byte) to UTF-16. */
export const utf16FromUtf8 = (bytes: string, limit = Infinity): Converted => convert(fromUtf8(bytes), String.fromCodePoint, limit);

/** (Destination, MaxBytes, ActualBytes, Source, SourceBytes); a NULL destination only asks for the size. */
const buffers = (name: string, toUnicode: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const source = f.ptr(3);
    if (source === 0 || f.ptr(2) === 0) return k.return(source === 0 ? STATUS.INVALID_PARAMETER_4 : STATUS.INVALID_PARAMETER);
    const input = toUnicode ? k.mem.checked.readAnsi(source, f.u32(4)) : k.mem.checked.readUtf16(source, f.u32(4) & ~1);
    const limit = f.ptr(0) === 0 ? Infinity : toUnicode ? f.u32(1) >>> 1 : f.u32(1);
    const out = toUnicode ? utf16FromUtf8(input, limit) : utf8FromUtf16(input, limit);
    if (f.ptr(0) !== 0 && out.text !== '') {
      if (toUnicode) k.mem.checked.writeUtf16(f.ptr(0), out.text);
      else k.mem.checked.writeAnsi(f.ptr(0), out.text);
    }
    k.mem.checked.setU32(f.ptr(2), out.text.length * (toUnicode ? 2 : 1));
    k.machine.charge(input.length >> 3);
    return k.return(out.status);
  },
});

export const routines: KernelRoutine[] = [
  buffers('RtlUTF8ToUnicodeN', true),
  buffers('RtlUnicodeToUTF8N', false),
  {
    name: 'RtlUTF8StringToUnicodeString',
    step(k, f) {
      const out = utf16FromUtf8(ansiText(k, f.ptr(1)));
      return k.return(produce(k, f.ptr(0), out.text, true, f.bool(2), 'required') || out.status);
    },
  },
  {
    name: 'RtlUnicodeStringToUTF8String',
    step(k, f) {
      const out = utf8FromUtf16(unicodeText(k, f.ptr(1)));
      return k.return(produce(k, f.ptr(0), out.text, false, f.bool(2), 'required') || out.status);
    },
  },
];
