// The XML of project files: elements, attributes, text, comments, CDATA. MSBuild files use nothing else, so a reader of our own keeps what a library would
// lose: the offset of every element in the file, for messages that say where. It never throws; a file that is not well formed is read as far as it can be.
import type { Diagnostic } from '../../base/diagnostic.js';
import type { Range, SourceFile } from '../../base/source.js';

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Character data directly inside, entities decoded. */
  readonly text: string;
  /** Of the start tag. */
  readonly range: Range;
}

interface OpenElement extends Element {
  children: Element[];
  text: string;
}

/** Deeper nesting is no project file. */
const MAX_DEPTH = 200;
const TAG =
  /<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)|<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<!DOCTYPE[^>]*>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+|</g;

/** The element around everything; its children are the top elements (one in a well-formed file). */
export function parseXml(file: SourceFile, diagnostics: Diagnostic[]): Element {
  const root: OpenElement = {
    name: '',
    attributes: {},
    children: [],
    text: '',
    range: { file, start: 0, end: Math.min(1, file.text.length) },
  };
  const stack = [root];
  let broken = false;
  const bad = (start: number, end: number, message: string): void => {
    if (broken) return;
    broken = true;
    diagnostics.push({
      severity: 'error',
      code: 'project-xml',
      message: `this is not well-formed XML: ${message}`,
      hint: 'the file is read up to here; Visual Studio would not open it either',
      range: { file, start, end: Math.max(end, start + 1) },
    });
  };
  TAG.lastIndex = 0;
  for (let m = TAG.exec(file.text); m && !broken; m = TAG.exec(file.text)) {
    const top = stack[stack.length - 1];
    const [all, cdata, close, name, attributes, empty] = m;
    if (name === undefined) {
      if (cdata !== undefined) top.text += cdata;
      else if (all === '<') bad(m.index, m.index + 1, "a '<' that begins no tag");
      else if (!all.startsWith('<')) {
        top.text += decodeEntities(all);
        if (stack.length === 1 && all.trim() !== '') bad(m.index, m.index + all.length, 'text outside of the project element');
      }
      continue;
    }
    if (close === '/') {
      if (stack.length > 1 && top.name === name) stack.pop();
      else bad(m.index, m.index + all.length, `</${name}> closes ${stack.length > 1 ? `<${top.name}>` : 'nothing'}`);
      continue;
    }
    const values: Record<string, string> = {};
    for (const a of attributes.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) values[a[1]] = decodeEntities(a[2] ?? a[3]);
    const e: OpenElement = {
      name,
      attributes: values,
      children: [],
      text: '',
      range: { file, start: m.index, end: m.index + all.length },
    };
    top.children.push(e);
    if (empty === '/') continue;
    if (stack.length >= MAX_DEPTH) bad(m.index, m.index + all.length, `elements are nested more than ${MAX_DEPTH} deep`);
    else stack.push(e);
  }
  if (!broken && stack.length > 1) {
    const open = stack[stack.length - 1];
    bad(open.range.start, open.range.end, `<${open.name}> is not closed`);
  }
  return root;
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decodeEntities(s: string): string {
  if (!s.includes('&')) return s;
  return s.replace(/&(?:#x([0-9A-Fa-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g, (all, hex: string, dec: string, name: string) => {
    if (name !== undefined) return NAMED[name];
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(dec);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
