// AdditionalOptions of the compiler as MSVC's command line has them: definitions, include folders, forced includes, and the few others that change what the
// source means. Options that only change code generation, warnings or files are nothing here; one that is not known is named, so that nobody wonders.

export interface CompilerOptions {
  readonly defines: { readonly name: string; readonly value: string }[];
  readonly undefines: string[];
  readonly includes: string[];
  readonly forcedIncludes: string[];
  /** /Zp: 1, 2, 4, 8 or 16. */
  pack: number | undefined;
  /** /J: plain char is unsigned. */
  unsignedChar: boolean;
  /** /TC and /TP. */
  language: 'c' | 'c++' | undefined;
  /** /INTEGRITYCHECK; `false`: /INTEGRITYCHECK:NO. */
  integrityCheck: boolean | undefined;
  readonly unknown: string[];
}

/** Without meaning for what runs: code generation, warnings, debug information, output files, conformance switches of C++. */
const NO_MEANING =
  /^(W\w*|w[deo]?\d*|wd\d+|we\d+|wo\d+|O[\w-]*|G[\w+-]*|E[HPC]\w*-?|EH\w*-?|Z[7iIlH]\S*|Zc:\S*|FS|F[adeorRmipASUdxC]\S*|MP\d*|MD?d?|MT?d?|LDd?|R[TC]\S*|bigobj|nologo|kernel|analyze\S*|sdl-?|permissive-?|std:\S*|volatile:\S*|fp:\S*|arch:\S*|guard:\S*|Q\S*|diagnostics:\S*|external:\S*|utf-8|source-charset:\S*|execution-charset:\S*|validate-charset-?|experimental:\S*|d[12]\S*|clang:\S*|openmp\S*|await\S*|hotpatch|homeparams|showIncludes|c|X|u|errorReport\S*|fastfail|favor:\S*|options:\S*|Y[dXclu]?\S*|FC|Bd|B\S*|fsanitize\S*|spgo|link|LARGEADDRESSAWARE\S*|forceInterlockedFunctions-?|DRIVER\S*|SUBSYSTEM\S*|ENTRY\S*|NODEFAULTLIB\S*|DEFAULTLIB\S*|ALTERNATENAME\S*|MERGE\S*|SECTION\S*|IGNORE\S*|DYNAMICBASE\S*|NXCOMPAT\S*|RELEASE|OPT\S*|OSVERSION\S*|VERSION\S*|MAP\S*|PDB\S*|DEBUG\S*|STACK\S*|KERNEL\S*|NOLOGO|MANIFEST\S*|INCREMENTAL\S*|MACHINE\S*|BASE\S*|ALIGN\S*|FILEALIGN\S*|EXPORT\S*|INCLUDE:\S*|DEF:\S*|LTCG\S*|PROFILE|GUARD\S*|CETCOMPAT\S*|DEPENDENTLOADFLAG\S*|BREPRO|Brepro|FORCE\S*|VERBOSE\S*|FUNCTIONPADMIN\S*|SWAPRUN\S*|WX\S*)$/;

/** Splits a command line: blanks separate, quotes keep together, \" is a quote. */
export function splitCommandLine(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  let any = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\' && text[i + 1] === '"') {
      word += '"';
      any = true;
      i++;
    } else if (c === '"') {
      quoted = !quoted;
      any = true;
    } else if (/\s/.test(c) && !quoted) {
      if (any) words.push(word);
      word = '';
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  if (any) words.push(word);
  return words;
}

/** `A`, `A=1`, `A#1` (MSVC takes # for = too), `F(x)=x`. */
export function definition(text: string): { name: string; value: string } {
  const m = /^([A-Za-z_$][\w$]*(?:\([^)]*\))?)\s*[=#]?([\s\S]*)$/.exec(text);
  if (!m) return { name: text, value: '1' };
  return { name: m[1], value: /[=#]/.test(text[m[1].length] ?? '') ? m[2] : '1' };
}

/** Reads the options of the compiler or linker (both together: nobody writes one where the other is meant and wants it lost). */
export function readOptions(text: string): CompilerOptions {
  const o: CompilerOptions = {
    defines: [],
    undefines: [],
    includes: [],
    forcedIncludes: [],
    pack: undefined,
    unsignedChar: false,
    language: undefined,
    integrityCheck: undefined,
    unknown: [],
  };
  const words = splitCommandLine(text);
  for (let i = 0; i < words.length; i++) {
    const w = words[i];
    if (!/^[/-]/.test(w)) continue; // a file for the compiler or linker
    const option = w.slice(1);
    /** The value behind the letters, or the next word. */
    const value = (letters: string): string => option.slice(letters.length) || (words[++i] ?? '');
    if (/^integritycheck(:no)?$/i.test(option)) o.integrityCheck = !/:no$/i.test(option);
    else if (/^FI/.test(option)) o.forcedIncludes.push(value('FI'));
    else if (/^D(?!RIVER|YNAMICBASE|EBUG|EFAULTLIB|EF:|EPENDENT)/.test(option)) o.defines.push(definition(value('D')));
    else if (/^U/.test(option) && option !== 'UTF-8') o.undefines.push(value('U'));
    else if (/^I(?!GNORE|NCREMENTAL|NCLUDE:)/.test(option)) o.includes.push(value('I'));
    else if (/^external:I/.test(option)) o.includes.push(value('external:I'));
    else if (/^Zp(1|2|4|8|16)?$/.test(option)) o.pack = Number(option.slice(2) || 1);
    else if (option === 'J') o.unsignedChar = true;
    else if (option === 'TC') o.language = 'c';
    else if (option === 'TP') o.language = 'c++';
    else if (/^T[cp]/.test(option)) value('Tc');
    else if (option !== '' && !NO_MEANING.test(option)) o.unknown.push(w);
  }
  return o;
}
