// The form in which the index of the built-in headers is stored, what its maker (header-index-builder.ts) and its readers (header-pool.ts,
// header-set.ts) agree on. Offsets are into the text of a header without line splices (PPFile.text).

/** Name of the index among the built-in headers. */
export const INDEX_ENTRY = '*index*';
/** Command-line macros that the index is made with; a unit without them reads the headers in full. */
export const ASSUMED: Readonly<Record<string, string>> = { DBG: '1' };

/** The places of a name, almost always one. */
export type Places = number | readonly number[];

/**
 * The index as it is stored. Macros and declarations of all indexed headers are pooled; a set lists those of one header, in its order.
 * The form is what JSON.parse makes natively and what is used without a loop over it: names are keys, places absolute.
 */
export interface IndexData {
  /** Name, length and fingerprint of each file. */
  readonly files: readonly (readonly [string, number, number])[];
  /** Name -> macros of the pool. */
  readonly macros: Readonly<Record<string, Places>>;
  /** Start of each macro's name, distance to the end of its line; pairs of file and count. */
  readonly macroStarts: readonly number[];
  readonly macroLengths: readonly number[];
  readonly macroFiles: readonly number[];
  /** Declared name -> segments of the pool. */
  readonly names: Readonly<Record<string, Places>>;
  readonly segmentStarts: readonly number[];
  readonly segmentLengths: readonly number[];
  readonly segmentFiles: readonly number[];
  /** Declarations that directives cut into pieces: segment, then starts and ends. */
  readonly pieces: readonly (readonly number[])[];
  /** Pairs: segment, `#pragma pack` there if it is not 16. */
  readonly packs: readonly number[];
  /** Every tag that is mentioned. */
  readonly tags: string;
  /** Other words of the text that a macro would replace, and names whose being a macro is tested. */
  readonly words: string;
  readonly sets: Readonly<Record<string, SetData>>;
}

/** One header that units include. Segments and macros are numbered in its own order. */
export interface SetData {
  /** Files in order of first inclusion. */
  readonly files: readonly number[];
  /** Pairs: first of the pool, count. */
  readonly macros: readonly number[];
  readonly segments: readonly number[];
  /** Pairs: number of macros, first segment that sees them. */
  readonly seenFrom: readonly number[];
  /** For each tag of file scope: its number, the segment that mentions it first, the one that completes it or -1. */
  readonly tags: readonly number[];
  /** Names in `#include "name"`: each must mean Interlock's file. */
  readonly includes: readonly string[];
}

/** 32 characters of a text as a number: tells a header that is not the one the index was made of, together with its length. */
export function fingerprint(text: string): number {
  let h = text.length;
  const step = Math.max(1, text.length >> 5);
  for (let i = 0; i < text.length; i += step) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}
