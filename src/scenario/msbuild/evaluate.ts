// A project file evaluated as MSBuild does it, in three passes over the file and everything that it imports: first properties and imports in their order, then
// item definitions, then items; so a condition on an item sees the last value of a property. Tasks and targets are not run: what they would make is not there,
// and that is said.
import type { Diagnostic } from '../../base/diagnostic.js';
import { basename, dirname, type FileProvider, joinPath } from '../../base/files.js';
import { SourceFile } from '../../base/source.js';
import { evaluateCondition } from './condition.js';
import { clean, isAbsent, Properties, splitList } from './properties.js';
import { actualPath, expandWildcard, hasWildcard, matchesPattern } from './wildcard.js';
import { type Element, parseXml } from './xml.js';

export interface ProjectItem {
  /** `ClCompile`, `MASM`, `CustomBuild` ... */
  readonly type: string;
  /** Normalised path. */
  readonly path: string;
  /** Lower-case name -> value, item definitions included. */
  readonly metadata: Map<string, string>;
  readonly element: Element;
}

export interface EvaluatedProject {
  readonly properties: Properties;
  /** Type of item -> metadata that every item of it begins with. */
  readonly definitions: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly items: readonly ProjectItem[];
  /** `Debug|x64` as the project lists them. */
  readonly configurations: readonly string[];
}

export interface EvaluateOptions {
  readonly configuration: string;
  readonly platform: string;
  /** Has the property sheets and folders; without it nothing is imported. */
  readonly files?: FileProvider | undefined;
}

/** A group that a later pass reads, with the file that it stands in. */
interface Group {
  readonly element: Element;
  readonly file: string;
}

/** Items that become code or say that there is code which cannot be read. */
const ITEMS = new Set(['ClCompile', 'MASM', 'MARMASM', 'NASM', 'CustomBuild']);
/** Item metadata that counts; what is not understood in others is not worth a word. */
const SETTINGS =
  /^(PreprocessorDefinitions|UndefinePreprocessorDefinitions|AdditionalIncludeDirectories|ForcedIncludeFiles|AdditionalOptions|CompileAs|ExcludedFromBuild|StructMemberAlignment|IntegrityCheck|SubSystem|Driver|EntryPointSymbol|Wpp\w*|ScanConfigurationData|TraceFunction)$/i;
const MAX_FILES = 200;
const MAX_PARENTS = 8;

export function evaluateProject(project: SourceFile, path: string, options: EvaluateOptions, diagnostics: Diagnostic[]): EvaluatedProject {
  return new ProjectEvaluator(project, path, options, diagnostics).evaluate();
}

/** `Debug|x64` ... of the project itself, whatever their conditions; read before a configuration can be chosen. */
export function projectConfigurations(root: Element): string[] {
  const found: string[] = [];
  const visit = (e: Element): void => {
    for (const c of e.children) {
      if (c.name === 'ProjectConfiguration' && c.attributes.Include) found.push(c.attributes.Include);
      else if (c.name === 'Project' || c.name === 'ItemGroup' || c.name === 'Choose' || c.name === 'When' || c.name === 'Otherwise')
        visit(c);
    }
  };
  visit(root);
  return [...new Set(found)];
}

class ProjectEvaluator {
  private readonly properties = new Properties((at, message) => this.report('warning', at, message));
  private readonly folder: string;
  private readonly definitionGroups: Group[] = [];
  private readonly itemGroups: Group[] = [];
  private readonly open: string[] = [];
  private filesRead = 0;
  private readonly said = new Set<string>();
  private readonly configurations: string[] = [];

  constructor(
    private readonly project: SourceFile,
    private readonly path: string,
    private readonly options: EvaluateOptions,
    private readonly diagnostics: Diagnostic[],
  ) {
    this.folder = dirname(path);
    const name = basename(path).replace(/\.[^.]*$/, '');
    const set = (p: Record<string, string>): void => {
      for (const [n, v] of Object.entries(p)) this.properties.set(n, v);
    };
    // folders are written relative to the project, to which every path of it is relative anyway
    set({
      Configuration: options.configuration,
      ConfigurationName: options.configuration,
      Platform: options.platform,
      PlatformName: options.platform,
      PlatformArchitecture: options.platform === 'Win32' ? '32' : '64',
      ProjectName: name,
      ProjectDir: './',
      ProjectPath: basename(path),
      ProjectFileName: basename(path),
      ProjectExt: '.vcxproj',
      TargetName: name,
      RootNamespace: name,
      MSBuildProjectName: name,
      MSBuildProjectFile: basename(path),
      MSBuildProjectFullPath: basename(path),
      MSBuildProjectExtension: '.vcxproj',
      MSBuildProjectDirectory: '.',
      MSBuildProjectDirectoryNoRoot: '.',
      MSBuildStartupDirectory: '.',
      MSBuildRuntimeType: 'Full',
      MSBuildVersion: '17.9.0',
      MSBuildAssemblyVersion: '17.0',
      VisualStudioVersion: '17.0',
      OS: 'Windows_NT',
      ...this.solution(),
    });
    set({
      OutDir: `${this.properties.get('SolutionDir')}${options.platform}/${options.configuration}/`,
      IntDir: `${options.platform}/${options.configuration}/`,
    });
  }

  evaluate(): EvaluatedProject {
    const root = parseXml(this.project, this.diagnostics);
    this.configurations.push(...projectConfigurations(root));
    this.inFile(this.path, () => this.group(root));
    const definitions = this.evaluateDefinitions();
    return { properties: this.properties, definitions, items: this.evaluateItems(definitions), configurations: this.configurations };
  }

  // ------------------------------------------------------------ messages
  private report(severity: 'warning' | 'information', at: Element, message: string): void {
    const key = `${at.range.file.path}:${at.range.start}:${message}`;
    if (this.said.has(key)) return;
    this.said.add(key);
    this.diagnostics.push({ severity, code: 'project-not-understood', message, range: at.range });
  }

  // ------------------------------------------------------------ where we are
  /** The nearest `.sln` above that names the project gives the solution's properties; without one the folder above the project is taken. */
  private solution(): Record<string, string> {
    const { files } = this.options;
    const own = basename(this.path).toLowerCase();
    let folder = this.folder;
    let relative = './';
    for (let i = 0; files && i < MAX_PARENTS; i++) {
      for (const name of (files.list(folder) ?? []).filter((n) => /\.sln$/i.test(n))) {
        if (!files.read(joinPath(folder, name))?.toLowerCase().includes(own)) continue;
        return {
          SolutionDir: relative,
          SolutionName: name.replace(/\.sln$/i, ''),
          SolutionFileName: name,
          SolutionPath: `${relative}${name}`,
          SolutionExt: '.sln',
        };
      }
      const parent = dirname(folder);
      if (parent === folder || folder === '') break;
      folder = parent;
      relative = relative === './' ? '../' : `../${relative}`;
    }
    return { SolutionDir: '../', SolutionName: this.properties.get('ProjectName'), SolutionExt: '.sln' };
  }

  private inFile(file: string, action: () => void): void {
    this.open.push(file);
    this.setThisFile(file);
    action();
    this.open.pop();
    if (this.open.length) this.setThisFile(this.open[this.open.length - 1]);
  }

  private setThisFile(file: string): void {
    const name = basename(file);
    const folder = relativeFolder(this.folder, dirname(file));
    this.properties.set('MSBuildThisFile', name);
    this.properties.set('MSBuildThisFileName', name.replace(/\.[^.]*$/, ''));
    this.properties.set('MSBuildThisFileExtension', /\.[^.]*$/.exec(name)?.[0] ?? '');
    this.properties.set('MSBuildThisFileDirectory', folder);
    this.properties.set('MSBuildThisFileFullPath', `${folder}${name}`);
  }

  private holds(e: Element, metadata?: ReadonlyMap<string, string>): boolean {
    const text = e.attributes.Condition;
    if (text === undefined) return true;
    let absent = false;
    const v = evaluateCondition(text, {
      expand: (s) => {
        const x = this.properties.expand(s, e, metadata, true);
        if (isAbsent(x) && /@\(|\$\((?!\w+\))/.test(s)) absent = true; // a property function or list
        return clean(x);
      },
      exists: (p) => {
        const { files } = this.options;
        const at = joinPath(this.folder, p);
        return files !== undefined && (files.read(actualPath(at, files)) !== undefined || files.list(at) !== undefined);
      },
    });
    if (v === undefined || absent) {
      this.report('warning', e, `condition ${text} is not understood; the element <${e.name}> is left out`);
      return false;
    }
    return v;
  }

  // ------------------------------------------------------------ pass 1: properties and imports
  private group(e: Element): void {
    for (const c of e.children) {
      switch (c.name) {
        case 'Import':
          if (this.holds(c)) this.importFile(c);
          break;
        case 'Project':
          this.group(c);
          break;
        case 'ImportGroup':
          if (this.holds(c)) this.group(c);
          break;
        case 'Choose': {
          const when = c.children.find((w) => w.name === 'When' && this.holds(w)) ?? c.children.find((w) => w.name === 'Otherwise');
          if (when) this.group(when);
          break;
        }
        case 'PropertyGroup':
          if (!this.holds(c)) break;
          for (const p of c.children) if (this.holds(p)) this.properties.define(p.name, p.text, p);
          break;
        case 'ItemDefinitionGroup':
          this.definitionGroups.push({ element: c, file: this.open[this.open.length - 1] });
          break;
        case 'ItemGroup':
          this.itemGroups.push({ element: c, file: this.open[this.open.length - 1] });
          break;
        case 'Target':
          this.report('information', c, `target ${c.attributes.Name ?? ''} is not run; files that it would make are not there`);
          break;
        case 'UsingTask':
        case 'ProjectExtensions':
        case 'Sdk':
          break;
        default:
          this.report('warning', c, `element <${c.name}> is not understood and is left out`);
      }
    }
  }

  /** A property sheet or targets file. Paths in it are relative to the project, as for MSBuild. */
  private importFile(e: Element): void {
    const { files } = this.options;
    const written = e.attributes.Project ?? '';
    const expanded = this.properties.expand(written, e, undefined, true);
    if (/^\$\(VCTargetsPath\)[\\/]Microsoft\.Cpp\.Default\.props$/i.test(written)) this.importAbove('Directory.Build.props');
    if (/^\$\(VCTargetsPath\)[\\/]Microsoft\.Cpp\.targets$/i.test(written)) this.importAbove('Directory.Build.targets');
    if (!files || isAbsent(expanded) || e.attributes.Sdk !== undefined) return; // a file of the tools, which sets nothing that counts here
    const at = joinPath(dirname(this.open[this.open.length - 1]), expanded);
    const found = hasWildcard(at) ? expandWildcard(at, files) : [actualPath(at, files)];
    for (const sheet of found) {
      if (this.importSheet(sheet)) continue;
      this.report('warning', e, `property sheet ${written} was not found and is left out`);
    }
  }

  private importAbove(name: string): void {
    const { files } = this.options;
    let folder = this.folder;
    for (let i = 0; files && i < MAX_PARENTS; i++) {
      const sheet = actualPath(joinPath(folder, name), files);
      if (files.read(sheet) !== undefined) {
        this.importSheet(sheet);
        return;
      }
      const parent = dirname(folder);
      if (parent === folder || folder === '') return;
      folder = parent;
    }
  }

  /** False: there is no such file. One that is being read is not read again. */
  private importSheet(sheet: string): boolean {
    if (this.open.includes(sheet)) return true;
    const text = this.options.files?.read(sheet);
    if (text === undefined) return false;
    if (++this.filesRead > MAX_FILES) return true;
    const shown = joinPath(dirname(this.project.path), relativeFolder(this.folder, dirname(sheet)) + basename(sheet));
    const root = parseXml(new SourceFile(shown, text), this.diagnostics);
    for (const c of projectConfigurations(root)) if (!this.configurations.includes(c)) this.configurations.push(c);
    this.inFile(sheet, () => this.group(root));
    return true;
  }

  // ------------------------------------------------------------ pass 2: item definitions
  private evaluateDefinitions(): Map<string, Map<string, string>> {
    const all = new Map<string, Map<string, string>>();
    for (const { element, file } of this.definitionGroups) {
      this.setThisFile(file);
      if (!this.holds(element)) continue;
      for (const d of element.children) {
        if (!this.holds(d)) continue;
        let metadata = all.get(d.name);
        if (!metadata) all.set(d.name, (metadata = new Map()));
        this.applyMetadata(d, metadata);
      }
    }
    return all;
  }

  private applyMetadata(e: Element, metadata: Map<string, string>): void {
    for (const m of e.children) {
      if (!SETTINGS.test(m.name) || !this.holds(m, metadata)) continue;
      metadata.set(m.name.toLowerCase(), this.properties.expand(m.text, m, metadata).trim());
    }
  }

  // ------------------------------------------------------------ pass 3: items
  private evaluateItems(definitions: ReadonlyMap<string, ReadonlyMap<string, string>>): ProjectItem[] {
    let items: ProjectItem[] = [];
    for (const { element, file } of this.itemGroups) {
      this.setThisFile(file);
      if (!this.holds(element)) continue;
      for (const e of element.children) {
        if (!ITEMS.has(e.name) || !this.holds(e)) continue;
        const { Include, Remove, Update, Exclude } = e.attributes;
        if (Remove !== undefined) {
          const gone = this.patterns(Remove, e, items);
          items = items.filter((i) => i.type !== e.name || !gone.some((p) => matchesPattern(i.path, p)));
        } else if (Update !== undefined) {
          const named = this.patterns(Update, e, items);
          for (const i of items) if (i.type === e.name && named.some((p) => matchesPattern(i.path, p))) this.applyMetadata(e, i.metadata);
        } else if (Include !== undefined) {
          const not = Exclude === undefined ? [] : this.patterns(Exclude, e, items);
          for (const pattern of this.patterns(Include, e, items))
            for (const path of this.options.files ? expandWildcard(pattern, this.options.files) : [pattern]) {
              if (not.some((p) => matchesPattern(path, p))) continue;
              const metadata = new Map(definitions.get(e.name) ?? []);
              this.setItemName(path, metadata);
              this.applyMetadata(e, metadata);
              items.push({ type: e.name, path, metadata, element: e });
            }
        }
      }
    }
    return items;
  }

  /** Paths and patterns of an item's attribute; `@(ClCompile)` stands for the items so far. */
  private patterns(text: string, e: Element, items: readonly ProjectItem[]): string[] {
    const lists = text.replace(/@\((\w+)\)/g, (_, type: string) =>
      items
        .filter((i) => i.type === type)
        .map((i) => i.path)
        .join(';'),
    );
    return splitList(this.properties.expand(lists, e)).map((p) => joinPath(this.folder, p));
  }

  /** The well-known metadata of an item that settings name. */
  private setItemName(path: string, metadata: Map<string, string>): void {
    const name = basename(path);
    metadata.set('identity', relativeFolder(this.folder, dirname(path)) + name);
    metadata.set('filename', name.replace(/\.[^.]*$/, ''));
    metadata.set('extension', /\.[^.]*$/.exec(name)?.[0] ?? '');
    metadata.set('relativedir', relativeFolder(this.folder, dirname(path)));
    metadata.set('fullpath', path);
  }
}

/** `./`, `sub/`, `../x/`: the folder `to` seen from `from` (both normalised); an absolute path when they have nothing in common. */
export function relativeFolder(from: string, to: string): string {
  if (from === to) return './';
  const a = from === '' ? [] : from.split('/');
  const b = to === '' ? [] : to.split('/');
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  if (same === 0 && (from.startsWith('/') || to.startsWith('/')) && a[0] !== b[0]) return `${to}/`;
  return `${'../'.repeat(a.length - same)}${b.slice(same).join('/')}${b.length > same ? '/' : ''}`;
}
