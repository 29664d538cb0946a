// Comments that switch a rule off: `// interlock-disable-next-line ID` for the next line, `/* interlock-disable ID */` from there to the end of the file (or to
// `interlock-enable ID`). Several ids are separated by commas or spaces; without an id all rules are meant.
import type { SourceFile } from '../base/source.js';
import type { Finding } from './rule.js';

interface Directive {
  readonly offset: number;
  readonly word: 'next-line' | 'disable' | 'enable';
  /** Empty: all rules. */
  readonly ids: readonly string[];
}

const known = new WeakMap<SourceFile, readonly Directive[]>();

function directives(file: SourceFile): readonly Directive[] {
  let d = known.get(file);
  if (!d) {
    d = file.text.includes('interlock-') ? read(file.text) : [];
    known.set(file, d);
  }
  return d;
}

function read(text: string): Directive[] {
  const out: Directive[] = [];
  for (const m of text.matchAll(/(?:\/\/|\/\*)[ \t]*interlock-(disable-next-line|disable|enable)\b([\w,\- \t]*)/g))
    out.push({
      offset: m.index,
      word: m[1] === 'disable-next-line' ? 'next-line' : (m[1] as 'disable' | 'enable'),
      ids: m[2].split(/[,\s]+/).filter((id) => /^[a-z]+(-[a-z]+)*$/.test(id)),
    });
  return out;
}

/** Whether a comment in the finding's file switches it off. */
export function isSuppressed(f: Finding): boolean {
  const { file, start } = f.range;
  const list = directives(file);
  if (!list.length) return false;
  const meant = (d: Directive): boolean => d.ids.length === 0 || d.ids.includes(f.rule);
  const { line } = file.position(start);
  let off = false;
  for (const d of list) {
    if (!meant(d)) continue;
    if (d.word === 'next-line') {
      if (file.position(d.offset).line === line - 1) return true;
    } else if (d.offset <= start) off = d.word === 'disable';
  }
  return off;
}
