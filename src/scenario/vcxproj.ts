// A Visual Studio project file as far as a driver block needs it: sources, include folders, definitions and /INTEGRITYCHECK of the Release or Debug x64
// configuration, with the property sheets that it imports. Conditions on Configuration, Platform and the existence of files are evaluated; anything else that
// is not understood is reported, never guessed.
import type { Diagnostic } from '../base/diagnostic.js';
import { basename, dirname, type FileProvider, joinPath, readSource } from '../base/files.js';
import type { SourceFile } from '../base/source.js';

export interface ProjectInfo {
  /** Normalised paths. */
  readonly sources: readonly string[];
  readonly includes: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly integrityCheck: boolean;
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
  readonly start: number;
}

/** Minimal XML: elements, attributes, text, comments, declarations. MSBuild files use nothing else that matters here. */
function parseXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '', start: 0 };
  const stack = [root];
  const tag =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+|</g;
  for (let m = tag.exec(text); m; m = tag.exec(text)) {
    const top = stack[stack.length - 1];
    if (m[2] === undefined) {
      if (!m[0].startsWith('<')) top.text += m[0];
      continue;
    }
    if (m[1] === '/') {
      if (stack.length > 1 && top.name === m[2]) stack.pop();
      continue;
    }
    const attributes: Record<string, string> = {};
    for (const a of m[3].matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) attributes[a[1]] = decodeEntities(a[2] ?? a[3]);
    const e: Element = { name: m[2], attributes, children: [], text: '', start: m.index };
    top.children.push(e);
    if (m[4] !== '/') stack.push(e);
  }
  return root;
}

const decodeEntities = (s: string): string =>
  s.replace(/&(lt|gt|amp|quot|apos);/g, (_, n: string) => ({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" })[n] ?? '');

/** What the build tools bring themselves: nothing that a driver block needs is in there. */
const TOOL_FILES = /^\$\((VCTargetsPath|UserRootDir|MSBuild\w*|WindowsSdk\w*|WDK\w*|LocalAppData\w*|SolutionExt|VSINSTALLDIR)\)/i;

/** Reads a project. `configuration` such as `Debug`; the platform is always x64. `files` has the property sheets; without it they are not read. */
export function readProject(
  project: SourceFile,
  path: string,
  configuration = 'Debug',
  files?: FileProvider,
): { project: ProjectInfo; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const folder = dirname(path);
  const name = basename(path).replace(/\.[^.]*$/, '');
  const properties: Record<string, string> = {
    msbuildprojectname: name,
    projectname: name,
    targetname: name,
    configuration,
    platform: 'x64',
    projectdir: '',
    msbuildprojectdirectory: '.',
    solutiondir: '../',
    msbuildthisfiledirectory: '',
  };
  const sources: string[] = [];
  const includes: string[] = [];
  const defines: Record<string, string> = {};
  let integrityCheck = false;
  /** The file that is being read, and those around it that import it. */
  let file = project;
  const open: string[] = [path];

  const report = (e: Element, message: string) =>
    diagnostics.push({
      severity: 'warning',
      code: 'project-not-understood',
      message,
      range: { file, start: e.start, end: e.start + e.name.length + 1 },
    });
  const expand = (text: string, e: Element): string =>
    text.replace(/\$\(([^)]*)\)/g, (all, name: string) => {
      const v = properties[name.toLowerCase()];
      if (v !== undefined) return v;
      if (
        !/^(DDK_|KMDF_|SDK_INC_PATH|WindowsSdk|Latest\w*Version|VC_|NETFX|CRT_INC|KM_IncludePath|IncludePath|TargetName|OutDir|IntDir)/i.test(
          name,
        )
      )
        report(e, `property ${all} is not known here and is taken as empty`);
      return '';
    });
  const holds = (e: Element): boolean => {
    const condition = e.attributes.Condition;
    if (condition === undefined) return true;
    const c = expand(condition, e).trim();
    const comparison = /^'([^']*)'\s*(==|!=)\s*'([^']*)'$/.exec(c);
    if (comparison) return (comparison[1].toLowerCase() === comparison[3].toLowerCase()) === (comparison[2] === '==');
    const exists = /^exists\(\s*'([^']*)'\s*\)$/i.exec(c);
    if (exists)
      return !TOOL_FILES.test(condition.replace(/^\s*exists\(\s*'/i, '')) && files?.read(joinPath(folder, exists[1])) !== undefined;
    report(e, `condition ${condition} is not understood; the element is left out`);
    return false;
  };
  const list = (text: string, e: Element): string[] =>
    text
      .split(';')
      .map((s) => s.trim())
      .filter((s) => s !== '' && !/^%\(/.test(s))
      .map((s) => expand(s, e).trim())
      .filter((s) => s !== '');
  const compileSettings = (e: Element): void => {
    for (const s of e.children) {
      if (!holds(s)) continue;
      if (s.name === 'PreprocessorDefinitions')
        for (const d of list(decodeEntities(s.text), s)) {
          const i = d.indexOf('=');
          defines[i < 0 ? d : d.slice(0, i)] = i < 0 ? '1' : d.slice(i + 1);
        }
      else if (s.name === 'AdditionalIncludeDirectories')
        for (const d of list(decodeEntities(s.text), s)) includes.push(joinPath(folder, d));
    }
  };
  /** A property sheet beside the project. Paths in it are relative to the project, as for MSBuild. */
  const importSheet = (e: Element): void => {
    const written = e.attributes.Project ?? '';
    if (!files || TOOL_FILES.test(written) || !holds(e)) return;
    const sheet = joinPath(dirname(open[open.length - 1]), expand(written, e));
    if (open.includes(sheet)) return;
    const source = readSource(files, sheet, joinPath(dirname(file.path), expand(written, e)));
    if (!source) {
      report(e, `property sheet ${written} was not found and is left out`);
      return;
    }
    const outer = file;
    file = source;
    open.push(sheet);
    properties.msbuildthisfiledirectory = `${dirname(sheet)}/`;
    group(parseXml(source.text));
    open.pop();
    file = outer;
    properties.msbuildthisfiledirectory = open.length > 1 ? `${dirname(open[open.length - 1])}/` : '';
  };
  const group = (e: Element): void => {
    for (const c of e.children) {
      if (c.name === 'Import') {
        importSheet(c);
        continue;
      }
      if (!holds(c)) continue;
      if (c.name === 'PropertyGroup')
        for (const p of c.children) {
          if (!holds(p)) continue;
          properties[p.name.toLowerCase()] = expand(decodeEntities(p.text), p);
          if (p.name === 'IncludePath') for (const d of list(properties.includepath, p)) includes.push(joinPath(folder, d));
        }
      if (c.name === 'ItemGroup')
        for (const item of c.children)
          if (
            item.name === 'ClCompile' &&
            item.attributes.Include &&
            holds(item) &&
            !item.children.some((x) => x.name === 'ExcludedFromBuild' && holds(x) && x.text.trim() === 'true')
          ) {
            for (const s of list(item.attributes.Include, item)) sources.push(joinPath(folder, s));
          }
      if (c.name === 'ItemDefinitionGroup')
        for (const d of c.children) {
          if (!holds(d)) continue;
          if (d.name === 'ClCompile') compileSettings(d);
          if (d.name === 'Link')
            for (const l of d.children)
              if (l.name === 'AdditionalOptions' && holds(l) && /\/integritycheck\b/i.test(l.text)) integrityCheck = true;
          if (d.name === 'Link')
            for (const l of d.children) if (l.name === 'IntegrityCheck' && holds(l) && l.text.trim() === 'true') integrityCheck = true;
        }
      if (c.name === 'Project' || c.name === 'ImportGroup') group(c);
    }
  };
  group(parseXml(project.text));
  if (!sources.length)
    diagnostics.push({
      severity: 'error',
      code: 'project-no-sources',
      message: `project ${project.path} compiles no source files`,
      hint: 'name the sources in the driver block instead',
      range: { file: project, start: 0, end: 1 },
    });
  return { project: { sources: [...new Set(sources)], includes: [...new Set(includes)], defines, integrityCheck }, diagnostics };
}
