// MSBuild properties and the text that names them: $(Name), %(Metadata), %XX escapes. A property of Microsoft's own tool files (include folders of the kit,
// versions) is known to exist without having a value here: an entry of a list that needs it is dropped silently, because the headers of the kit are
// Interlock's. Property functions and item lists are not computed: they are reported, and what needs them is left out.
import type { Element } from './xml.js';

/** Stands in an expanded text for something that has no value here; never in a result (`clean`, `splitList`). */
const ABSENT = '\u0001';

/** Properties that Microsoft's tool files and the shell of Visual Studio set. */
const TOOL =
  /^(VCTargetsPath\w*|VC_\w+|VCInstallDir|VCToolsInstallDir|VSInstallDir|VsInstallRoot|DDK_\w+|KMDF_\w+|UMDF_\w+|SDK_\w+|SDKINCLUDEPATH|KM_\w+|UM_\w+|SHARED_\w+|CRT_\w+|KIT_\w+|WDK\w*|WindowsSdk\w*|WindowsSDK_\w+|UniversalCRT_\w+|UCRT\w*|Latest\w+|NETFX\w+|MSBuild(Bin|Extensions|Tools|Program|ToolsVersion|Assembly)\w*|UserRootDir|LocalAppData\w*|FrameworkSDK\w*|IncludePath|ExternalIncludePath|LibraryPath|ReferencePath|SourcePath|ExcludePath|ExecutablePath|CoreLibraryDependencies|KernelBufferOverflowLib|BufferOverflowLib|DDKPlatform|TargetPlatform\w*|WindowsTargetPlatformVersion|PlatformTarget|PlatformShortName|SolutionExt|DefaultPlatformToolset|VisualStudioVersion|TargetPath|TargetDir|TargetFileName|TargetExt)$/i;

export type Report = (at: Element, message: string) => void;

/** Metadata of the item that is being read, by lower-case name. */
export type Metadata = ReadonlyMap<string, string>;

export class Properties {
  private readonly values = new Map<string, string>();
  /** What could not be computed while a property was set: said when something that counts uses the property. */
  private readonly doubts = new Map<string, (() => void)[]>();
  private collecting: (() => void)[] | undefined;

  constructor(private readonly report: Report) {}

  /** Sets a property to a text with names in it. */
  define(name: string, text: string, at: Element): void {
    this.collecting = [];
    const value = this.expand(text, at).trim();
    if (this.collecting.length) this.doubts.set(name.toLowerCase(), this.collecting);
    else this.doubts.delete(name.toLowerCase());
    this.collecting = undefined;
    this.values.set(name.toLowerCase(), value);
  }

  private say(at: Element, message: string): void {
    if (this.collecting) this.collecting.push(() => this.report(at, message));
    else this.report(at, message);
  }

  get(name: string): string {
    return clean(this.values.get(name.toLowerCase()) ?? '');
  }
  has(name: string): boolean {
    return this.values.has(name.toLowerCase());
  }
  set(name: string, value: string): void {
    this.values.set(name.toLowerCase(), value);
  }

  /**
   * Replaces $(...) and, when there is `metadata`, %(...). `silent`: a name that nobody has set is empty without a word, as a condition wants it.
   */
  expand(text: string, at: Element, metadata?: Metadata, silent = false): string {
    if (!/[$%@]\(/.test(text)) return text;
    let out = '';
    for (let i = 0; i < text.length; ) {
      const c = text[i];
      if ((c !== '$' && c !== '%' && c !== '@') || text[i + 1] !== '(') {
        out += c;
        i++;
        continue;
      }
      const end = closing(text, i + 1);
      const inner = text.slice(i + 2, end).trim();
      out += this.value(c, inner, text.slice(i, end + 1), at, metadata, silent);
      i = end + 1;
    }
    return out;
  }

  private value(sigil: string, name: string, written: string, at: Element, metadata: Metadata | undefined, silent: boolean): string {
    if (sigil === '%') {
      const bare = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
      return metadata?.get(bare) ?? '';
    }
    if (sigil === '@') {
      if (!silent) this.say(at, `the list ${written} is not computed here and is taken as empty`);
      return ABSENT;
    }
    if (!/^[A-Za-z_][\w-]*$/.test(name)) {
      if (!silent) this.say(at, `${written} is computed by MSBuild itself, which is not done here; what needs it is left out`);
      return ABSENT;
    }
    const v = this.values.get(name.toLowerCase());
    if (v !== undefined) {
      const doubts = silent ? undefined : this.doubts.get(name.toLowerCase());
      if (doubts && this.collecting) this.collecting.push(...doubts);
      else for (const d of doubts ?? []) d();
      return v;
    }
    if (TOOL.test(name)) return ABSENT;
    if (!silent) this.say(at, `property ${written} is not set by this project and is taken as empty`);
    return '';
  }
}

/** Index of the `)` of the `(` at `open`; the end of the text when there is none. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i;
  }
  return text.length;
}

/** Something in the text has no value here. */
export const isAbsent = (text: string): boolean => text.includes(ABSENT);
export const clean = (text: string): string => (text.includes(ABSENT) ? text.replaceAll(ABSENT, '') : text);

/** `%3B` -> `;`, after a list has been split. */
const unescaped = (s: string): string => s.replace(/%([0-9A-Fa-f]{2})/g, (_, h: string) => String.fromCharCode(Number.parseInt(h, 16)));

/** Entries of a `;` list, trimmed, without empty ones and without those that need something that has no value here. */
export function splitList(text: string): string[] {
  return text
    .split(';')
    .map((s) => s.trim())
    .filter((s) => s !== '' && !isAbsent(s))
    .map(unescaped);
}
