// Finds the file that an #include means. Windows names ignore case and take both slashes, the host may not, so each part of a path is
// looked up in the folder listings when the exact name fails. Order as with MSVC: for "" the folder of the including file and of the files
// that include it, then the include paths, last Interlock's own headers.
import { dirname, type FileProvider, joinPath, normalizePath } from '../base/files.js';
import { type Range, SourceFile } from '../base/source.js';
import type { Expander } from './expander.js';
import type { PPToken } from './lexer.js';
import { joinTokens } from './macros.js';
import { PPFile, type Segment } from './pp-file.js';

export interface FoundInclude {
  /** Normalised path, or `<name>` for a built-in header; identifies the file within a unit when lower-cased. */
  readonly path: string;
  readonly text: string;
  readonly builtin: boolean;
  /** Name of a built-in header. */
  readonly name: string;
}

/** What has no folder above it: nothing, `/`, a drive, scheme and authority of a URI. */
const ROOT = /^(\/?|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*)$/;

export class IncludeResolver {
  private readonly listings = new Map<string, Map<string, string> | undefined>();
  private readonly trueCase = new Map<string, string>();
  private readonly found = new Map<string, FoundInclude | undefined>();

  constructor(
    private readonly files: FileProvider,
    private readonly builtins: Readonly<Record<string, string>>,
    readonly includePaths: readonly string[],
    private readonly missing: Set<string> | undefined,
  ) {}

  /** `folders`: those of the including files, innermost first; empty for the <> form. */
  find(name: string, folders: readonly string[]): FoundInclude | undefined {
    const key = `${name}\n${folders.join('\n')}`;
    if (!this.found.has(key)) this.found.set(key, this.search(name, folders));
    return this.found.get(key);
  }

  private search(name: string, folders: readonly string[]): FoundInclude | undefined {
    const written = name.replace(/\\/g, '/');
    for (const folder of new Set([...folders, ...this.includePaths])) {
      const f = this.probe(joinPath(folder, written));
      if (f) return f;
    }
    const builtin = normalizePath(written).toLowerCase();
    if (Object.hasOwn(this.builtins, builtin)) return { path: `<${builtin}>`, text: this.builtins[builtin], builtin: true, name: builtin };
    return undefined;
  }

  private probe(path: string): FoundInclude | undefined {
    const text = this.files.read(path);
    if (text !== undefined) return { path, text, builtin: false, name: path };
    const actual = this.fixCase(path);
    if (actual !== path) {
      const t = this.files.read(actual);
      if (t !== undefined) return { path: actual, text: t, builtin: false, name: actual };
    }
    this.missing?.add(path);
    return undefined;
  }

  /** The path as the listings spell it; parts that no listing knows stay as written. */
  private fixCase(path: string): string {
    let actual = this.trueCase.get(path);
    if (actual === undefined) {
      const folder = dirname(path);
      const parent = folder === path || ROOT.test(folder) ? folder : this.fixCase(folder);
      const name = path.slice(path.lastIndexOf('/') + 1);
      const spelled = this.listing(parent)?.get(name.toLowerCase()) ?? name;
      actual = joinPath(parent === '' ? '' : parent, spelled);
      this.trueCase.set(path, actual);
    }
    return actual;
  }

  private listing(folder: string): Map<string, string> | undefined {
    if (!this.listings.has(folder)) {
      const names = this.files.list(folder);
      const map = names && new Map<string, string>();
      for (const n of names ?? []) if (!map!.has(n.toLowerCase())) map!.set(n.toLowerCase(), n);
      this.listings.set(folder, map);
    }
    return this.listings.get(folder);
  }
}

// ---------------------------------------------------------------- the name on the line
/** The file name of an #include line: written directly, or what its macros expand to. */
export function includeName(file: PPFile, s: Segment, expander: Expander): { name: string; angled: boolean; range: Range } | undefined {
  const { text } = file;
  let p = s.start;
  while (p < s.end && (text[p] === ' ' || text[p] === '\t')) p++;
  const close = text[p] === '<' ? '>' : text[p] === '"' ? '"' : '';
  if (close !== '') {
    const e = text.indexOf(close, p + 1);
    if (e < 0 || e >= s.end || e === p + 1) return undefined;
    return { name: text.slice(p + 1, e).trim(), angled: close === '>', range: file.range(p, e + 1) };
  }
  const tokens = file.tokensOf(s);
  const name = headerName(tokens) ?? headerName(expander.expandList(tokens));
  return name && { ...name, range: file.range(p, Math.max(p, s.start + text.slice(s.start, s.end).trimEnd().length)) };
}

/** `<a/b.h>` or `"a.h"` from tokens (in a macro form the spacing between the brackets is kept as one blank). */
export function headerName(tokens: readonly PPToken[]): { name: string; angled: boolean } | undefined {
  const first = tokens[0];
  if (first === undefined) return undefined;
  if (first.kind === 'string' && /^".+"$/.test(first.text)) return { name: first.text.slice(1, -1), angled: false };
  if (first.text !== '<') return undefined;
  const close = tokens.findIndex((t) => t.text === '>');
  if (close < 2) return undefined;
  return { name: joinTokens(tokens.slice(1, close)), angled: true };
}

// ---------------------------------------------------------------- the cache of read headers
const MAX_CACHED = 512;
const cache = new Map<string, PPFile>();

/** The header as a PPFile; the same text under the same name is scanned and lexed once per process, whichever unit asks. */
export function cachedFile(shown: string, text: string, builtin: boolean): PPFile {
  const key = builtin ? `<${shown}>` : shown;
  const old = cache.get(key);
  if (old !== undefined && old.file.text === text) return old;
  if (cache.size >= MAX_CACHED) cache.clear();
  const file = new PPFile(new SourceFile(shown, text, builtin));
  cache.set(key, file);
  return file;
}

// ---------------------------------------------------------------- messages
/** Headers of what is not simulated, and the one sentence that says so: a driver that includes them cannot run at all. */
const NOT_SIMULATED: readonly (readonly [RegExp, string])[] = [
  [/^(wdf|wdfldr|wdfinstaller|wdfrequest|wdfdevice)\w*\.h$/, 'the Windows Driver Framework (KMDF) is not simulated'],
  [/^wudf\w*\.h$/, 'the user-mode driver framework (UMDF) is not simulated'],
  [/^(ndis|ntddndis|netadaptercx)\w*\.h$/, 'network drivers (NDIS) are not simulated'],
  [/^(netiodef|netioapi|ws2def|ws2ipdef)\.h$/, 'the network stack is not simulated'],
  [/^(fwpsk|fwpmk|fwpvi|fwpstypes|fwpmtypes)\w*\.h$/, 'the Windows Filtering Platform is not simulated'],
  [/^(wsk|wskapi)\w*\.h$/, 'Winsock Kernel is not simulated'],
  [
    /^(usb|usbdi|usbdlib|usbioctl|usbspec|hidport|hidclass|hidpddi|vhf|kbdmou|ntddkbd|ntddmou)\w*\.h$/,
    'USB and HID stacks are not simulated',
  ],
  [/^(storport|scsi|srb|ata|classpnp|minitape)\w*\.h$/, 'storage port drivers are not simulated'],
  [/^(dispmprt|d3dkmddi|d3dkmthk|dderror|video|ntddvdeo|iddcx)\w*\.h$/, 'display drivers are not simulated'],
  [/^(ks|ksmedia|portcls|stdunk|dmusicks)\.h$/, 'kernel streaming and audio are not simulated'],
  [/^(arm64intr|armintr|arm_neon|arm64_neon)\.h$/, 'it is for ARM64, and Interlock simulates x64 only'],
];

/** Other headers that Interlock does not have, and what to say about each. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/^(fltkernel|fltuser\w*)\.h$/, 'of the filter manager only the part that drivers call is simulated'],
  [
    /^(windows|winternl|winbase|winuser|winsock2?|tchar|stdafx)\.h$/,
    'this is a user-mode header; a driver includes ntddk.h, wdm.h or ntifs.h',
  ],
  [/^[a-z_]+$|\.(hpp|hxx|hh)$/, 'this is a C++ header; Interlock runs drivers written in C'],
];

const fileName = (name: string): string => name.replace(/\\/g, '/').split('/').pop()!.toLowerCase();

/** What is not simulated, when the name is that of a header of such a thing. */
export const notSimulated = (name: string): string | undefined => NOT_SIMULATED.find(([re]) => re.test(fileName(name)))?.[1];

/** The message text or event manifest (`x.mc`, `x.man`) from which the message compiler makes a header `x.h`, if it lies in one of the folders. */
export function messageSource(name: string, folders: readonly string[], files: FileProvider): string | undefined {
  const base = /^(.*)\.h$/.exec(fileName(name))?.[1];
  if (base === undefined) return undefined;
  for (const folder of folders)
    for (const n of files.list(folder) ?? []) {
      const lower = n.toLowerCase();
      if (lower === `${base}.mc` || lower === `${base}.man`) return joinPath(folder, n);
    }
  return undefined;
}

/** What the user can do about an include that was not found. */
export function includeHint(name: string, searched: readonly string[]): string {
  const file = fileName(name);
  const known = UNSUPPORTED.find(([re]) => re.test(file));
  const where =
    searched.length > 0
      ? `searched ${searched.map((f) => (f === '' ? 'the top folder' : f)).join(', ')} and Interlock's own headers`
      : "searched Interlock's own headers; no include paths are set";
  return known ? `${known[1]}; ${where}` : `${where}; check the name, or add its folder to the include paths`;
}
