// Mutants of our own C: drivers, examples, headers and the cases of test/c, damaged in the ways that editors, merges, encodings and malice damage text. Each is
// read by the whole front end and, when it has no errors, lowered, linked and emitted. Whatever comes out must be a list of problems with places; never an
// exception, never a wait. A mutant is a function of its number, so a failure is found again by that number.
import { readdirSync, readFileSync } from 'node:fs';
import type { Diagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { seedState, xorshift32 } from '../../src/base/prng.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { decodeSource } from '../../src/c/decode.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { imageOf } from '../c/image-of.js';

const root = new URL('../../', import.meta.url);

function texts(folder: string, ends: string, deep = false): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(new URL(folder, root), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() && deep) found.push(...texts(`${folder}${entry.name}/`, ends, true));
    else if (entry.isFile() && entry.name.endsWith(ends)) found.push(readFileSync(new URL(folder + entry.name, root), 'utf8'));
  }
  return found;
}

const CHECK_H = readFileSync(new URL('test/drivers/check.h', root), 'utf8');
const seeds: readonly string[] = [
  ...texts('test/drivers/', '.c'),
  ...texts('test/drivers/system/', '.c'),
  ...texts('examples/', '.c', true),
  ...texts('test/c/cases/', '.txt').flatMap((t) => t.split(/^\/\/\/\/ .*\n/m).slice(1)),
  // headers are long: the middle of each is enough
  ...texts('src/wdk/', '.h').map((t) => t.slice(0, 6000)),
];
const TOKEN = /\w+|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*|\n[ \t]*#[ \t]*\w*|\s+|[^\s\w]/g;
/** Pieces that are more likely than others to lead somewhere. */
const WORDS =
  `( ) { } [ ] ; , . -> ... = == + - * / % & | ^ ~ ! ? : << >> ++ -- # ## 0 1 -1 0x7fffffff 0xffffffffffffffff 1e999 'a' 'abcdefgh' "x" L"y" U"z" u8"w" \\ " ' /* */ //
  \n#if \n#else \n#endif \n#define \n#undef \n#include \n#pragma\u0020pack(push,1) \n#pragma\u0020pack(pop) \n#line \n#error __VA_ARGS__ __VA_OPT__ defined __has_include __COUNTER__ __LINE__
  int long char short unsigned signed void float double _Bool __int64 const volatile static extern typedef inline struct union enum register auto
  if else for while do switch case default break continue return goto sizeof _Alignof _Generic _Static_assert __try __except __finally __leave __declspec(align(64))
  __declspec(noreturn) _alloca __asm _Alignas __forceinline __unaligned NULL PVOID ULONG NTSTATUS UNICODE_STRING LIST_ENTRY PDRIVER_OBJECT KeBugCheck DbgPrint CONTAINING_RECORD
  _In_ _Out_ _IRQL_requires_max_(2) class template operator :: \u0000 \ufeff \ud800 \u00e9 \u4e2d \u001a \r \t \v`.split(/ +|\n +/);

class Prng {
  private state: number;
  constructor(seed: number) {
    this.state = seedState(seed);
  }
  /** A whole number below `n`. */
  below(n: number): number {
    this.state = xorshift32(this.state);
    return n <= 0 ? 0 : this.state % n;
  }
}

const ENCODER = new TextEncoder();

function pick<T>(r: Prng, list: readonly T[]): T {
  return list[r.below(list.length)];
}

/** The text of a mutant. */
export function mutant(number: number): string {
  const r = new Prng(number);
  let text = pick(r, seeds);
  if (r.below(8) === 0) {
    const other = pick(r, seeds);
    text = text.slice(0, r.below(text.length + 1)) + other.slice(r.below(other.length + 1));
  }
  if (r.below(10) === 0) text = text.slice(0, r.below(text.length + 1));
  const parts = text.match(TOKEN) ?? [];
  const edits = 1 + r.below(r.below(4) === 0 ? 40 : 6);
  for (let i = 0; i < edits && parts.length > 0; i++) {
    const at = r.below(parts.length);
    switch (r.below(10)) {
      case 0:
        parts.splice(at, 1 + r.below(4));
        break;
      case 1:
        parts.splice(at, 0, pick(r, WORDS), ' ');
        break;
      case 2:
        parts[at] = pick(r, WORDS);
        break;
      case 3: {
        const other = r.below(parts.length);
        [parts[at], parts[other]] = [parts[other], parts[at]];
        break;
      }
      case 4: {
        const piece = parts.slice(at, at + 1 + r.below(30));
        parts.splice(r.below(parts.length), 0, ...piece);
        break;
      }
      case 5:
        parts.splice(at, 0, pick(r, WORDS).repeat(1 + r.below(r.below(20) === 0 ? 3000 : 30)));
        break;
      case 6:
        parts[at] = parts[r.below(parts.length)];
        break;
      case 7:
        parts.splice(at, r.below(60));
        break;
      case 8:
        parts.splice(at, 0, `${pick(r, parts)} ${pick(r, WORDS)} ${pick(r, parts)}`);
        break;
      default:
        parts[at] = parts[at].slice(0, r.below(parts[at].length + 1));
    }
  }
  text = parts.join('');
  if (r.below(4) !== 0) return text;
  // damage below the characters: as a file would have it
  const bytes = ENCODER.encode(text);
  for (let i = 1 + r.below(8); i > 0 && bytes.length > 0; i--) bytes[r.below(bytes.length)] = r.below(256);
  return decodeSource(bytes.subarray(r.below(4) === 0 ? r.below(3) : 0));
}

/** What became of a mutant. */
export interface Outcome {
  readonly errors: number;
  readonly compiled: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a text as a driver. Throws only when the front end does, or when a problem has no sound place. */
export function read(text: string): Outcome {
  const unit = compileUnit('m.c', {
    files: new MemoryFiles({ 'm.c': text, 'check.h': CHECK_H }),
    builtinHeaders: wdkHeaders,
    includePaths: [''],
    defines: { DBG: '1' },
  });
  const errors = unit.diagnostics.filter((d) => d.severity === 'error').length;
  const diagnostics = [...unit.diagnostics];
  if (errors === 0) {
    const image = imageOf([unit]);
    diagnostics.push(...image.diagnostics);
    if (!image.diagnostics.some((d) => d.severity === 'error') && !WebAssembly.validate(image.wasm as Uint8Array<ArrayBuffer>))
      throw new Error('the module is not valid');
  }
  for (const d of diagnostics) {
    const { range } = d;
    if (d.message === '' || (range && !(range.start >= 0 && range.start <= range.end && range.end <= range.file.text.length)))
      throw new Error(`a problem without a place: ${d.code} ${range?.start}..${range?.end}`);
  }
  return { errors, compiled: errors === 0, diagnostics };
}
