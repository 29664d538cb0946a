// Hide sets (Prosser): the names of macros that a token must not be replaced by again, because it came out of their replacement.
// Persistent lists: a replacement adds one node that all its tokens share, so the usual operations are a pointer comparison.

export interface HideSet {
  readonly name: string;
  readonly rest: HideSet | undefined;
  readonly size: number;
}

export function hides(set: HideSet | undefined, name: string): boolean {
  for (let s = set; s !== undefined; s = s.rest) if (s.name === name) return true;
  return false;
}

export function hideAlso(set: HideSet | undefined, name: string): HideSet {
  return set !== undefined && hides(set, name) ? set : { name, rest: set, size: set === undefined ? 1 : set.size + 1 };
}

/** `long` grew out of `short`, which is then all contained in it. The usual case of a union: names are only ever added in front. */
function extendsSet(long: HideSet, short: HideSet): boolean {
  let s: HideSet | undefined = long;
  while (s !== undefined && s.size > short.size) s = s.rest;
  return s === short;
}

export function hideUnion(a: HideSet | undefined, b: HideSet | undefined): HideSet | undefined {
  if (a === b || b === undefined) return a;
  if (a === undefined) return b;
  if (a.size >= b.size ? extendsSet(a, b) : extendsSet(b, a)) return a.size >= b.size ? a : b;
  let r: HideSet = a;
  for (let s: HideSet | undefined = b; s !== undefined; s = s.rest) {
    if (s === r) return r; // the rest is shared
    r = hideAlso(r, s.name);
  }
  return r;
}

export function hideIntersection(a: HideSet | undefined, b: HideSet | undefined): HideSet | undefined {
  if (a === b) return a;
  if (a === undefined || b === undefined) return undefined;
  if (a.size >= b.size ? extendsSet(a, b) : extendsSet(b, a)) return a.size >= b.size ? b : a;
  let r: HideSet | undefined;
  for (let s: HideSet | undefined = a; s !== undefined; s = s.rest) if (hides(b, s.name)) r = hideAlso(r, s.name);
  return r;
}
