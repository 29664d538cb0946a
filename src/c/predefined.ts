// What is defined before the first line: the macros of MSVC for x64 kernel code, then those of the command line.
// Both are ordinary texts of #define lines, so every macro has a place and one parser makes them all.
import { SourceFile } from '../base/source.js';
import { type DynamicMacro, MacroDef, parseDefine } from './macros.js';
import { PPFile } from './pp-file.js';

// Visual Studio 2022 17.9 (MSVC 19.39) with /kernel for x64, WDK 10.0.22621. Date and time are fixed: runs must be repeatable.
const TEXT = `#define _MSC_VER 1939
#define _MSC_FULL_VER 193933523
#define _MSC_BUILD 0
#define _MSC_EXTENSIONS 1
#define _WIN32 1
#define _WIN64 1
#define _M_AMD64 100
#define _M_X64 100
#define _AMD64_ 1
#define AMD64 1
#define _KERNEL_MODE 1
#define _INTEGRAL_MAX_BITS 64
#define _MT 1
#define __STDC__ 1
#define __STDC_VERSION__ 201710L
#define __STDC_HOSTED__ 1
#define __STDC_NO_ATOMICS__ 1
#define __STDC_NO_COMPLEX__ 1
#define __STDC_NO_THREADS__ 1
#define __STDC_NO_VLA__ 1
#define __DATE__ "Jan  1 2024"
#define __TIME__ "00:00:00"
#define __TIMESTAMP__ "Mon Jan  1 00:00:00 2024"
#define NTDDI_VERSION 0x0A00000C
#define _WIN32_WINNT 0x0A00
#define WINVER 0x0A00
#define WINNT 1
#define __INTERLOCK__ 1
#define __LINE__ __LINE__
#define __FILE__ __FILE__
#define __COUNTER__ __COUNTER__
`;

let predefined: Map<string, MacroDef> | undefined;

/** The predefined macros by name, in order. Made once. */
export function predefinedMacros(): ReadonlyMap<string, MacroDef> {
  if (predefined === undefined) {
    predefined = new Map();
    const file = new PPFile(new SourceFile('<predefined>', TEXT, true));
    for (const s of file.segments) {
      const m = parseDefine(file, s);
      if (m instanceof MacroDef) predefined.set(m.name, dynamicName(m.name) ? m.withDynamic(dynamicName(m.name)!) : m);
    }
  }
  return predefined;
}

/** The predefined names that depend on the place of use. */
function dynamicName(name: string): DynamicMacro | undefined {
  return name === '__LINE__' || name === '__FILE__' || name === '__COUNTER__' ? name : undefined;
}

/** `-D`, `-U` and forced includes as a file. A line break in a value would end its #define, so it counts as a blank. */
export function commandLineFile(
  defines: Readonly<Record<string, string>>,
  forcedIncludes: readonly string[],
  undefines: readonly string[] = [],
): PPFile {
  let text = '';
  for (const [name, value] of Object.entries(defines)) text += `#define ${name.replace(/\s+/g, ' ')} ${value.replace(/[\r\n]+/g, ' ')}\n`;
  for (const u of undefines) if (/^[A-Za-z_$][\w$]*$/.test(u)) text += `#undef ${u}\n`;
  for (const f of forcedIncludes) text += `#include "${f.replace(/[\r\n"]+/g, '')}"\n`;
  return new PPFile(new SourceFile('<command line>', text, true));
}
