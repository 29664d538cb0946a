// A launch on a host that has to fetch every file and folder (VS Code for the Web): it builds what a disk would give, whatever of the project is found only through
// a listing, a property sheet, a file above or another file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdapterHost } from '../../src/adapter/host.js';
import { loadProgram } from '../../src/adapter/program.js';
import { FetchedFiles } from '../../src/base/fetched-files.js';
import { MemoryFiles } from '../../src/base/files.js';
import { buildScenario } from '../../src/scenario/build.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

const ROOT = 'vscode-vfs://github/o/r';
const DISK: Readonly<Record<string, string>> = {
  'all.sln': 'Project("{8BC9CEB8-8B4A-11D0-8D11-00A0C91BC942}") = "drv", "drv\\drv.vcxproj", "{1}"\nEndProject\n',
  'Directory.Build.props':
    '<Project><ItemDefinitionGroup><ClCompile><PreprocessorDefinitions>FROM_ABOVE=4;%(PreprocessorDefinitions)</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup></Project>',
  'shared/more.props':
    '<Project><ItemDefinitionGroup><ClCompile><AdditionalIncludeDirectories>$(SolutionDir)inc;%(AdditionalIncludeDirectories)</AdditionalIncludeDirectories></ClCompile></ItemDefinitionGroup></Project>',
  'sheets/one.props':
    '<Project><ItemDefinitionGroup><ClCompile><PreprocessorDefinitions>FROM_SHEET=2;%(PreprocessorDefinitions)</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup></Project>',
  'inc/Common.h': '#pragma once\nint Deep(void);\n',
  'drv/trace.h': '// begin_wpp config\n// FUNC Say(MSG, ...);\n// end_wpp\n',
  'drv/drv.vcxproj': `<Project>
  <ItemGroup><ProjectConfiguration Include="Debug|x64" /></ItemGroup>
  <Import Project="$(VCTargetsPath)\\Microsoft.Cpp.Default.props" />
  <PropertyGroup><ConfigurationType>Driver</ConfigurationType></PropertyGroup>
  <Import Project="..\\sheets\\*.props" />
  <Import Project="..\\shared\\more.props" Condition="Exists('..\\shared\\more.props')" />
  <ItemDefinitionGroup><ClCompile><WppScanConfigurationData>trace.h</WppScanConfigurationData></ClCompile></ItemDefinitionGroup>
  <ItemGroup><ClCompile Include="src\\**\\*.c" /></ItemGroup>
</Project>`,
  'drv/src/main.c':
    '#include <ntddk.h>\n#include <common.h>\n#include "main.tmh"\nNTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p)\n{\n    UNREFERENCED_PARAMETER(d);\n    UNREFERENCED_PARAMETER(p);\n    Say("hello");\n    return FROM_ABOVE + FROM_SHEET == Deep() ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;\n}\n',
  'drv/src/v1.0/low/deep.c': '#include <common.h>\nint Deep(void) { return 6; }\n',
  'drv/models/one.c': '#include <ntddk.h>\nint Unused(void) { return 1; }\n',
  'drv/run.scenario': 'models "models/*.c";\ndriver "drv" { project "drv.vcxproj"; }\nprocess "a.exe" { thread main { Sleep(1); } }\n',
};
const disk = (without: readonly string[] = []): MemoryFiles =>
  new MemoryFiles(
    Object.fromEntries(
      Object.entries(DISK)
        .filter(([p]) => !without.includes(p))
        .map(([p, t]) => [`${ROOT}/${p}`, t]),
    ),
  );

function fetching(files: MemoryFiles): { host: AdapterHost; asked: string[] } {
  const asked: string[] = [];
  const fetched = new FetchedFiles({
    readFile: (path) => {
      asked.push(path);
      return Promise.resolve(files.read(path));
    },
    listFiles: (path) => {
      asked.push(`${path}/`);
      return Promise.resolve(files.list(path));
    },
  });
  return { host: { files: fetched, fetch: () => fetched.fetch(), turn: () => Promise.resolve(), now: () => 0 }, asked };
}

const told = (b: ReturnType<typeof buildScenario>) => ({
  problems: b.diagnostics.map((d) => `${d.severity} ${d.code}: ${d.message}`),
  sources: b.drivers.map((d) => d.sources.paths),
  includes: b.drivers.map((d) => d.sources.includes),
  defines: b.drivers.map((d) => d.sources.defines),
  models: b.drivers.map((d) => d.models.units.map((u) => u.file.path)),
  functions: b.drivers.map((d) => d.units.flatMap((u) => u.functions.filter((f) => !f.range.file.builtin).map((f) => f.symbol.name))),
});

for (const [what, program] of [
  ['a scenario with a project', 'drv/run.scenario'],
  ['a project', 'drv/drv.vcxproj'],
  ['a solution', 'all.sln'],
  ['a source beside no project', 'drv/src/main.c'],
] as const)
  test(`fetched as from a disk: ${what}`, async () => {
    const files = disk();
    const path = `${ROOT}/${program}`;
    const { host, asked } = fetching(files);
    const { build } = await loadProgram(host, path, {});
    const wanted = buildScenario(path, { files, headers: wdkHeaders });
    assert.deepEqual(told(build), told(wanted));
    assert.deepEqual(asked, [...new Set(asked)], 'no question is asked twice');
    if (program.endsWith('main.c')) return;
    assert.deepEqual(
      told(wanted).problems.filter((p) => !p.startsWith('information')),
      [],
    );
    assert.deepEqual(told(wanted).functions, [['DriverEntry', 'Deep']]);
    if (program.endsWith('.scenario')) assert.equal(told(wanted).models[0].length, 1);
  });

test('fetched as from a disk: what is not there is said in the same words', async () => {
  for (const gone of ['sheets/one.props', 'drv/src/main.c', 'inc/Common.h', 'drv/drv.vcxproj', 'drv/models/one.c', 'drv/run.scenario']) {
    const files = disk([gone]);
    const path = `${ROOT}/drv/run.scenario`;
    const { build } = await loadProgram(fetching(files).host, path, {});
    const wanted = told(buildScenario(path, { files, headers: wdkHeaders }));
    assert.deepEqual(told(build), wanted, gone);
    assert.ok(wanted.problems.length > 0, gone);
  }
});
