// Driver blocks with projects, solutions, folders and patterns, compiled and run: what each source sees of its settings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { buildScenario } from '../../src/scenario/build.js';
import { findDriver } from '../../src/scenario/driver-folder.js';
import { tellStory } from '../../src/scenario/story.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { buildText, outputOf, reportOf, textFiles } from './product.js';

const ENTRY = `#include <ntddk.h>
void More(void);
static VOID Unload(PDRIVER_OBJECT DriverObject) { (void)DriverObject; }
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  (void)RegistryPath;
  DriverObject->DriverUnload = Unload;
  DbgPrint("%s", WHAT);
  More();
  return STATUS_SUCCESS;
}`;
const MORE = `#include <ntddk.h>
void More(void) { DbgPrint("%s %d %d", WHAT, VALUE, FORCED);
#ifdef GONE
  DbgPrint("not gone");
#endif
#ifdef DBG
  DbgPrint("debug");
#endif
}`;
const PROJECT = `<Project>
  <ItemGroup><ProjectConfiguration Include="Debug|x64"/><ProjectConfiguration Include="Release|x64"/></ItemGroup>
  <ItemDefinitionGroup><ClCompile>
    <PreprocessorDefinitions>GONE;WHAT="$(Configuration)";%(PreprocessorDefinitions)</PreprocessorDefinitions>
    <AdditionalIncludeDirectories>inc</AdditionalIncludeDirectories>
  </ClCompile></ItemDefinitionGroup>
  <ItemGroup>
    <ClCompile Include="entry.c"/>
    <ClCompile Include="MORE.C">
      <PreprocessorDefinitions>VALUE=7;%(PreprocessorDefinitions)</PreprocessorDefinitions>
      <UndefinePreprocessorDefinitions>GONE</UndefinePreprocessorDefinitions>
      <ForcedIncludeFiles>forced.h</ForcedIncludeFiles>
    </ClCompile>
  </ItemGroup>
</Project>`;
const FILES = { 'd/p.vcxproj': PROJECT, 'd/entry.c': ENTRY, 'd/more.c': MORE, 'd/inc/forced.h': '#define FORCED 3\n' };
const outputs = (driver: string, files: Readonly<Record<string, string>> = FILES): string[] =>
  outputOf(reportOf(buildText(`driver "p" { ${driver} }`, files)));
const problems = (driver: string, files: Readonly<Record<string, string>>): string[] =>
  buildScenario('s/test.scenario', { files: textFiles(`driver "p" { ${driver} }`, files), headers: wdkHeaders }).diagnostics.map(
    formatDiagnostic,
  );

test('a project, each source with its own settings', () => {
  assert.deepEqual(outputs('project "d/p.vcxproj";'), ['Debug', 'Debug 7 3', 'debug']);
  assert.deepEqual(outputs('project "d/p.vcxproj" configuration "Release" platform "x64";'), ['Release', 'Release 7 3']);
  assert.deepEqual(outputs('project "d/p.vcxproj"; define WHAT="mine"; define GONE'), ['mine', 'mine 7 3', 'debug']); // /U goes after /D
});

test('the report says which configuration was compiled', () => {
  const report = reportOf(buildText('driver "p" { project "d/p.vcxproj"; }', FILES));
  assert.deepEqual(report.drivers, [{ name: 'p', status: 'loaded', unloaded: true, configuration: 'Debug|x64' }]);
  assert.match(tellStory(report), /^driver p \(Debug\|x64\): loaded, unloaded$/m);
  assert.match(
    problems('project "d/p.vcxproj" ;', {
      ...FILES,
      'd/p.vcxproj': PROJECT.replaceAll('Include="Debug|x64"', 'Include="Checked|x64"'),
    }).join('\n'),
    /information: p.vcxproj has no configuration Debug\|x64; Checked\|x64 is taken/,
  );
});

test('a configuration that is not there', () => {
  assert.deepEqual(problems('project "d/p.vcxproj" configuration "Test";', FILES), [
    'd/p.vcxproj:1:1: error: p.vcxproj has no configuration Test (it has Debug|x64, Release|x64)',
  ]);
});

test('a solution with one driver, with two, and without', () => {
  const line = (p: string) => `Project("{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}") = "x", "${p}", "{1}"\nEndProject\n`;
  const user =
    '<Project><PropertyGroup><ConfigurationType>Application</ConfigurationType></PropertyGroup><ItemGroup><ClCompile Include="main.c"/></ItemGroup></Project>';
  const files = { ...FILES, 'all.sln': line('d\\p.vcxproj') + line('u\\u.vcxproj'), 'u/u.vcxproj': user };
  assert.deepEqual(outputs('project "all.sln";', files), ['Debug', 'Debug 7 3', 'debug']);
  assert.match(
    problems('project "all.sln";', files).join('\n'),
    /information: of solution all.sln project d\\p.vcxproj is taken, its only kernel driver/,
  );
  const two = { ...files, 'all.sln': line('d\\p.vcxproj') + line('e\\p.vcxproj'), 'e/p.vcxproj': PROJECT };
  assert.match(
    problems('project "all.sln";', two).join('\n'),
    /error: solution all.sln has 2 projects that may be the driver \(name one: d\\p.vcxproj, e\\p.vcxproj\)/,
  );
  assert.match(
    problems('project "all.sln";', { 'all.sln': line('u\\u.vcxproj'), 'u/u.vcxproj': user }).join('\n'),
    /error: solution all.sln has no project of a kernel driver/,
  );
});

test('what is no project', () => {
  assert.match(
    problems('project "p.vcxproj.filters";', { 'p.vcxproj.filters': '' }).join('\n'),
    /is not a Visual Studio C project \(give a .vcxproj, not its .filters/,
  );
  assert.match(problems('project "gone.vcxproj";', {}).join('\n'), /error: project gone.vcxproj was not found/);
});

test('sources: a folder, a list, patterns at any depth, names in any case', () => {
  const files = { 'd/entry.c': ENTRY, 'd/sub/more.c': MORE, 'd/sub/notes.txt': '' };
  const defines = 'define WHAT="w"; define VALUE=1; define FORCED=2;';
  for (const sources of ['"d", "d/sub"', '"D/ENTRY.C", "d\\\\sub\\\\More.c"', '"d/**/*.c"', '"d/*.c", "d/*/m?re.c"'])
    assert.deepEqual(outputs(`sources ${sources}; ${defines}`, files), ['w', 'w 1 2', 'debug'], sources);
  assert.match(problems('sources "d/none";', { 'd/none/x.h': '' }).join('\n'), /folder "d\/none" has no C sources/);
  assert.match(problems('sources "x/*.c";', {}).join('\n'), /no file matches "x\/\*\.c"/);
});

test('a project and a solution without a scenario', () => {
  const files = new MemoryFiles({ ...Object.fromEntries(Object.entries(FILES).map(([n, t]) => [`s/${n}`, t])) });
  const build = buildScenario('s/d/p.vcxproj', { files, headers: wdkHeaders });
  assert.deepEqual(build.diagnostics.map(formatDiagnostic), []);
  assert.deepEqual(
    build.drivers.map((d) => [d.block.name, d.units.length]),
    [['p', 2]],
  );
  assert.equal(findDriver('s/d/p.vcxproj', files)?.sources.configuration, 'Debug|x64');
});

test('WPP settings of the project: a scan file that the source does not include, and functions', () => {
  const entry = `#include <ntddk.h>
#define WPP_CONTROL_GUIDS WPP_DEFINE_CONTROL_GUID(C, (1,2,3,4,5), WPP_DEFINE_BIT(ALL))
#define WPP_FLAGS_LOG(F) 1
#include "entry.tmh"
static VOID Unload(PDRIVER_OBJECT DriverObject) { WPP_CLEANUP(DriverObject); }
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  DriverObject->DriverUnload = Unload;
  WPP_INIT_TRACING(DriverObject, RegistryPath);
  FromScan(ALL, "scan %d", 1);
  FromProject("project %d", 2);
  return STATUS_SUCCESS;
}`;
  const project = `<Project><ItemDefinitionGroup><ClCompile><WppEnabled>true</WppEnabled><WppScanConfigurationData>scan.h</WppScanConfigurationData>
    <WppTraceFunction>FromProject(MSG,...)</WppTraceFunction></ClCompile></ItemDefinitionGroup><ItemGroup><ClCompile Include="entry.c"/></ItemGroup></Project>`;
  const scan = '// begin_wpp config\n// FUNC FromScan(FLAGS, MSG, ...);\n// end_wpp\n';
  assert.deepEqual(outputs('project "d/p.vcxproj";', { 'd/p.vcxproj': project, 'd/entry.c': entry, 'd/scan.h': scan }), [
    'WPP entry.c(9): scan 1',
    'WPP entry.c(10): project 2',
  ]);
});
