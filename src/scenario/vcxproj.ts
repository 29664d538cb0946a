// A Visual Studio project as a driver block takes it: which C files are compiled, each with its include folders, definitions and forced includes, and what
// kind of driver comes out. MSBuild's language is in msbuild/; this file knows what the properties and items of a driver project mean. What Interlock cannot
// run is refused with one sentence that names it; what it does not understand is reported, never guessed.
import type { Diagnostic } from '../base/diagnostic.js';
import { basename, dirname, type FileProvider, joinPath } from '../base/files.js';
import type { Range, SourceFile } from '../base/source.js';
import { type CompilerOptions, definition, readOptions } from './msbuild/compiler-options.js';
import { type EvaluatedProject, evaluateProject, type ProjectItem, projectConfigurations } from './msbuild/evaluate.js';
import { clean, splitList } from './msbuild/properties.js';
import { parseXml } from './msbuild/xml.js';
import type { WppSettings } from './wpp.js';

/** How one source is compiled. Paths are normalised. */
export interface UnitSettings {
  readonly includes: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  /** Macros that are taken away again (/U), predefined ones too. */
  readonly undefines: readonly string[];
  /** As on the command line: found through the folders, or normalised paths. */
  readonly forcedIncludes: readonly string[];
}

export interface ProjectInfo {
  /** C sources, normalised paths, in the order of the project. */
  readonly sources: readonly string[];
  /** Settings of every item of the project, and those of the sources that have others (by path). */
  readonly common: UnitSettings;
  readonly settings: ReadonlyMap<string, UnitSettings>;
  readonly integrityCheck: boolean;
  /** `Debug|x64`; empty when the project lists no configurations. */
  readonly configuration: string;
  readonly wpp: WppSettings;
}

export interface ProjectOptions {
  /** As written in the scenario; else Debug and x64, or what the project has. */
  readonly configuration?: string | undefined;
  readonly platform?: string | undefined;
  readonly files?: FileProvider | undefined;
}

const C_PLUS_PLUS = /\.(cpp|cc|cxx|c\+\+|ixx)$/i;
const ASSEMBLER = /\.(asm|s)$/i;

/** Reads a project. `path`: normalised path of the file. */
export function readProject(
  project: SourceFile,
  path: string,
  options: ProjectOptions = {},
): { project: ProjectInfo; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const top: Range = { file: project, start: 0, end: Math.min(1, project.text.length) };
  /** One sentence is enough: the first. */
  let refused = false;
  const refuse = (code: string, message: string, hint: string, range: Range = top): void => {
    if (refused) return;
    refused = true;
    diagnostics.push({ severity: 'error', code, message, hint, range });
  };
  const name = basename(path);
  const chosen = chooseConfiguration(projectConfigurations(parseXml(project, [])), options, name, refuse);
  const evaluated = evaluateProject(
    project,
    path,
    { configuration: chosen.configuration, platform: chosen.platform, files: options.files },
    diagnostics,
  );
  const reader = new ProjectReader(evaluated, path, diagnostics);
  reader.kindOf(name, refuse, top);
  const { sources, settings } = reader.sources(name, refuse);
  if (!sources.length && !diagnostics.some((d) => d.severity === 'error'))
    refuse('project-no-sources', `project ${project.path} compiles no source files`, 'name the sources in the driver block instead');
  return {
    project: {
      sources,
      common: reader.common,
      settings,
      integrityCheck: reader.integrityCheck,
      configuration: chosen.listed ? `${chosen.configuration}|${chosen.platform}` : '',
      wpp: reader.wpp(),
    },
    diagnostics,
  };
}

/** Whether the project makes a driver, as far as its properties say; for a choice among the projects of a solution. */
export function isDriverProject(project: SourceFile, path: string, options: ProjectOptions): boolean {
  const { diagnostics, project: info } = readProject(project, path, options);
  return info.sources.length > 0 && !diagnostics.some((d) => d.code === 'project-user-mode' || d.code === 'project-library');
}

interface Chosen {
  readonly configuration: string;
  readonly platform: string;
  /** The project has it. */
  readonly listed: boolean;
}

/** Debug|x64 unless the scenario says otherwise, else the nearest that there is: x64 before 32 bit, a name with Debug before others. */
function chooseConfiguration(
  all: readonly string[],
  options: ProjectOptions,
  name: string,
  refuse: (code: string, message: string, hint: string) => void,
): Chosen {
  const wanted: Chosen = { configuration: options.configuration ?? 'Debug', platform: options.platform ?? 'x64', listed: false };
  if (!all.length) return wanted;
  const pairs = all.map((c) => ({ configuration: c.slice(0, c.indexOf('|')), platform: c.slice(c.indexOf('|') + 1), listed: true }));
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const fits = pairs.filter(
    (p) =>
      (options.configuration === undefined || same(p.configuration, options.configuration)) &&
      (options.platform === undefined ? !/^arm/i.test(p.platform) : same(p.platform, options.platform)),
  );
  if (/^arm/i.test(options.platform ?? '') || (!fits.length && pairs.every((p) => /^arm/i.test(p.platform)))) {
    refuse(
      'project-arm64',
      `${name} is for ${options.platform ?? [...new Set(pairs.map((p) => p.platform))].join(' and ')}, and Interlock simulates x64 only`,
      'choose or add a configuration for x64',
    );
    return fits[0] ?? wanted;
  }
  if (!fits.length) {
    refuse(
      'project-configuration',
      `${name} has no configuration ${[options.configuration, options.platform].filter((s) => s !== undefined).join('|')}`,
      `it has ${all.join(', ')}`,
    );
    return wanted;
  }
  const rank = (p: Chosen): number =>
    (same(p.platform, 'x64') ? 0 : same(p.platform, 'Win32') || same(p.platform, 'x86') ? 20 : 10) +
    (same(p.configuration, 'Debug') ? 0 : /debug|checked/i.test(p.configuration) ? 1 : 2);
  return fits.reduce((best, p) => (rank(p) < rank(best) ? p : best));
}

class ProjectReader {
  private readonly folder: string;
  readonly common: UnitSettings;
  readonly integrityCheck: boolean;
  private readonly said = new Set<string>();

  constructor(
    private readonly evaluated: EvaluatedProject,
    path: string,
    private readonly diagnostics: Diagnostic[],
  ) {
    this.folder = dirname(path);
    this.common = this.unitSettings(evaluated.definitions.get('ClCompile') ?? new Map(), undefined);
    const link = evaluated.definitions.get('Link');
    const flag = /^true$/i.test(link?.get('integritycheck') ?? this.property('IntegrityCheck'));
    this.integrityCheck = readOptions(clean(link?.get('additionaloptions') ?? '')).integrityCheck ?? flag;
  }

  private property(name: string): string {
    return this.evaluated.properties.get(name).trim();
  }

  private warn(message: string, range: Range): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.diagnostics.push({ severity: 'warning', code: 'project-not-understood', message, range });
  }

  /** Refuses what is no kernel driver. Only what the project says for sure counts: an empty project type is taken as a driver. */
  kindOf(name: string, refuse: (code: string, message: string, hint: string) => void, top: Range): void {
    const type = this.property('ConfigurationType');
    const toolset = this.property('PlatformToolset');
    const link = this.evaluated.definitions.get('Link');
    const native =
      /^native$/i.test(link?.get('subsystem') ?? '') ||
      /driver/i.test(link?.get('driver') ?? '') ||
      /driverentry/i.test(link?.get('entrypointsymbol') ?? '');
    const kernel =
      /KernelMode/i.test(toolset) || /^driver$/i.test(type) || native || /\/DRIVER\b/i.test(link?.get('additionaloptions') ?? '');
    if (/^UMDF$/i.test(this.property('DriverType')) || /UserMode|ApplicationForDrivers/i.test(toolset))
      refuse(
        'project-user-mode',
        `${name} builds user-mode code (${/^UMDF$/i.test(this.property('DriverType')) ? 'UMDF driver' : toolset}), and Interlock simulates the kernel only`,
        'give the project of the kernel driver',
      );
    else if (/^staticlibrary$/i.test(type))
      refuse(
        'project-library',
        `${name} builds a library, which has no DriverEntry to start`,
        'give the project of the driver that links it, and add the sources of the library to the driver block',
      );
    else if (!kernel && /^(application|dynamiclibrary|utility|makefile)$/i.test(type))
      refuse(
        'project-user-mode',
        `${name} builds ${{ application: 'a user-mode program', dynamiclibrary: 'a user-mode DLL' }[type.toLowerCase()] ?? `no driver (${type})`}, and Interlock simulates the kernel only`,
        'give the project of the kernel driver',
      );
    const platform = this.property('Platform');
    if (/^(win32|x86)$/i.test(platform))
      this.diagnostics.push({
        severity: 'information',
        code: 'project-32-bit',
        message: `${name} has no configuration for x64; the sources are compiled as x64 all the same`,
        range: top,
      });
  }

  /** C sources with settings of their own where they have some; refuses what is not C. */
  sources(
    name: string,
    refuse: (code: string, message: string, hint: string, range?: Range) => void,
  ): { sources: string[]; settings: Map<string, UnitSettings> } {
    const sources: string[] = [];
    const settings = new Map<string, UnitSettings>();
    const cpp: ProjectItem[] = [];
    const assembler: ProjectItem[] = [];
    let c = 0;
    for (const item of this.evaluated.items) {
      if (/^true$/i.test(item.metadata.get('excludedfrombuild') ?? '')) continue;
      if (
        item.type === 'MASM' ||
        item.type === 'MARMASM' ||
        item.type === 'NASM' ||
        (item.type === 'CustomBuild' && ASSEMBLER.test(item.path))
      ) {
        assembler.push(item);
        continue;
      }
      if (item.type !== 'ClCompile') continue;
      if (this.isCpp(item)) {
        cpp.push(item);
        continue;
      }
      c++;
      if (sources.includes(item.path)) continue;
      sources.push(item.path);
      const own = this.unitSettings(item.metadata, item);
      if (JSON.stringify(own) !== JSON.stringify(this.common)) settings.set(item.path, own);
    }
    // precompiled headers in C++ projects often come with one C++ file that only includes them
    if (cpp.length)
      refuse(
        'scenario-cpp',
        c === 0
          ? `${name} is written in C++ (${listOf(cpp)}), which is not simulated yet`
          : `${name} mixes C with C++ (${listOf(cpp)}), and C++ is not simulated yet`,
        'only drivers in C run',
        cpp[0].element.range,
      );
    if (assembler.length)
      refuse(
        'project-assembler',
        `${name} has assembler sources (${listOf(assembler)}), which are not simulated`,
        'exclude them in this configuration, or name the C sources in the driver block with a C file that defines their functions',
        assembler[0].element.range,
      );
    return { sources, settings };
  }

  private isCpp(item: ProjectItem): boolean {
    const as = item.metadata.get('compileas') ?? '';
    const option = readOptions(clean(item.metadata.get('additionaloptions') ?? '')).language;
    if (option) return option === 'c++';
    if (/^CompileAsC$/i.test(as)) return false;
    return /^CompileAsCpp/i.test(as) || C_PLUS_PLUS.test(item.path);
  }

  private unitSettings(metadata: ReadonlyMap<string, string>, item: ProjectItem | undefined): UnitSettings {
    const get = (n: string): string => metadata.get(n.toLowerCase()) ?? '';
    const options = readOptions(clean(get('AdditionalOptions')));
    const defines: Record<string, string> = { ...this.toolDefines() };
    for (const d of [...splitList(get('PreprocessorDefinitions')).map(definition), ...options.defines]) defines[d.name] = d.value;
    const undefines = [...splitList(get('UndefinePreprocessorDefinitions')), ...options.undefines];
    for (const u of undefines) delete defines[u];
    const folders = [
      ...splitList(get('AdditionalIncludeDirectories')),
      ...options.includes,
      ...splitList(this.evaluated.properties.get('IncludePath')),
      ...splitList(this.evaluated.properties.get('ExternalIncludePath')),
    ].map((d) => joinPath(this.folder, d.replace(/^"(.*)"$/, '$1')));
    const forced = [...splitList(get('ForcedIncludeFiles')), ...options.forcedIncludes];
    if (item) this.reportUnknown(options, get('StructMemberAlignment'), item);
    return { includes: [...new Set(folders)], defines, undefines, forcedIncludes: [...new Set(forced)] };
  }

  /** Settings that change what the source means and are not followed here. */
  private reportUnknown(options: CompilerOptions, alignment: string, item: ProjectItem): void {
    for (const u of options.unknown) this.warn(`compiler option ${u} is not known here and is left out`, item.element.range);
    const pack = options.pack ?? (/^(\d+)Bytes?$/i.test(alignment) ? Number.parseInt(alignment, 10) : 16);
    if (pack < 8)
      this.warn(
        `structures are packed to ${pack} byte${pack === 1 ? '' : 's'} for the whole of ${basename(item.path)} (/Zp${pack}), which the headers of the kit forbid; it is left out`,
        item.element.range,
      );
    if (options.unsignedChar) this.warn('compiler option /J (char is unsigned) is left out: char is signed here', item.element.range);
  }

  /** What the tool files of the kit define. */
  private toolDefines(): Record<string, string> {
    const d: Record<string, string> = {};
    const debug = this.property('UseDebugLibraries');
    if (debug === '' ? /debug|checked/i.test(this.property('Configuration')) : /^true$/i.test(debug)) d.DBG = '1';
    const version = TARGET_VERSIONS[this.property('TargetVersion').toLowerCase()];
    if (version) Object.assign(d, { NTDDI_VERSION: version[0], _WIN32_WINNT: version[1], WINVER: version[1] });
    if (/^unicode$/i.test(this.property('CharacterSet'))) Object.assign(d, { UNICODE: '1', _UNICODE: '1' });
    if (/^multibyte$/i.test(this.property('CharacterSet'))) d._MBCS = '1';
    return d;
  }

  /** What the project tells the WPP trace preprocessor. */
  wpp(): WppSettings {
    const d = this.evaluated.definitions.get('ClCompile');
    const get = (n: string): string => clean(d?.get(n) ?? '').trim();
    const scan = [get('wppscanconfigurationdata'), get('scanconfigurationdata'), get('wppconfigurationfile')].flatMap(splitList);
    const functions = [get('wpptracefunction'), get('tracefunction')].flatMap((t) => t.split(/;(?![^(]*\))/)).map((f) => f.trim());
    for (const m of get('wppadditionaloptions').matchAll(/-func:(\S+\([^)]*\))/g)) functions.push(m[1]);
    for (const m of get('wppadditionaloptions').matchAll(/-(?:scan|ini):(\S+)/g)) scan.push(m[1]);
    return {
      scan: [...new Set(scan)].map((f) => joinPath(this.folder, f)),
      functions: [...new Set(functions)].filter((f) => f !== ''),
    };
  }
}

/** TargetVersion -> NTDDI_VERSION, _WIN32_WINNT. Windows 10 and later: the newest that the headers know, as in the kit. */
const TARGET_VERSIONS: Readonly<Record<string, readonly [string, string]>> = {
  vista: ['0x06000000', '0x0600'],
  windowsvista: ['0x06000000', '0x0600'],
  windows7: ['0x06010000', '0x0601'],
  win7: ['0x06010000', '0x0601'],
  windows8: ['0x06020000', '0x0602'],
  win8: ['0x06020000', '0x0602'],
  'windowsv6.3': ['0x06030000', '0x0603'],
  'winv6.3': ['0x06030000', '0x0603'],
};

function listOf(items: readonly ProjectItem[]): string {
  const names = items.slice(0, 3).map((i) => basename(i.path));
  return `${names.join(', ')}${items.length > 3 ? ` and ${items.length - 3} more` : ''}`;
}
