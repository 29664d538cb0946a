// Project files, one small project for each clause: sources, settings, conditions, property sheets, configurations, and what is refused or reported.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { SourceFile } from '../../src/base/source.js';
import { type ProjectInfo, type ProjectOptions, readProject } from '../../src/scenario/vcxproj.js';

interface Read {
  readonly project: ProjectInfo;
  readonly messages: string[];
  readonly errors: string[];
}

/** Reads the body of a project element at /r/d/p.vcxproj; `files` lie below /r. */
function read(body: string, options: ProjectOptions & { texts?: Record<string, string> } = {}): Read {
  const text = body.startsWith('<?xml') || body === '' ? body : `<Project>\n${body}\n</Project>`;
  const files = new MemoryFiles({
    '/r/d/p.vcxproj': text,
    ...Object.fromEntries(Object.entries(options.texts ?? {}).map(([n, t]) => [`/r/${n}`, t])),
  });
  const { project, diagnostics } = readProject(new SourceFile('d/p.vcxproj', text), '/r/d/p.vcxproj', { files, ...options });
  return {
    project,
    messages: diagnostics.map((d) => formatDiagnostic(d)),
    errors: diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.code}: ${d.message}`),
  };
}
const CONFIGURATIONS = (...names: string[]) =>
  `<ItemGroup Label="ProjectConfigurations">${names.map((n) => `<ProjectConfiguration Include="${n}"/>`).join('')}</ItemGroup>`;
const SOURCE = '<ItemGroup><ClCompile Include="a.c"/></ItemGroup>';
const definitions = (compile: string, more = '') =>
  `<ItemDefinitionGroup><ClCompile>${compile}</ClCompile>${more}</ItemDefinitionGroup>${SOURCE}`;

const PROJECT = `<?xml version="1.0"?>
<Project>
  ${CONFIGURATIONS('Debug|x64', 'Release|x64')}
  <PropertyGroup Label="Globals"><Extra>inc</Extra><IncludePath>..\\common;$(IncludePath)</IncludePath></PropertyGroup>
  <ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='Debug|x64'">
    <ClCompile>
      <PreprocessorDefinitions>DBG=1;A;%(PreprocessorDefinitions)</PreprocessorDefinitions>
      <AdditionalIncludeDirectories>.;..\\$(Extra);%(AdditionalIncludeDirectories);$(DDK_INC_PATH)</AdditionalIncludeDirectories>
    </ClCompile>
    <Link><AdditionalOptions>%(AdditionalOptions) /integritycheck</AdditionalOptions></Link>
  </ItemDefinitionGroup>
  <ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='Release|x64'"><ClCompile><PreprocessorDefinitions>NDEBUG</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>
  <ItemGroup>
    <ClCompile Include="a.c" /><ClCompile Include="sub\\b.c"><ExcludedFromBuild Condition="'$(Configuration)'=='Release'">true</ExcludedFromBuild></ClCompile>
    <ClCompile Include="odd.c" Condition="$([System.IO.File]::Exists('x'))" />
    <ResourceCompile Include="a.rc" /><Inf Include="a.inf" /><None Include="a.mof" Exclude="@(Inf)" />
  </ItemGroup>
</Project>`;

test('debug configuration', () => {
  const { project, messages } = read(PROJECT);
  assert.deepEqual(project.sources, ['/r/d/a.c', '/r/d/sub/b.c']);
  assert.deepEqual(project.common.includes, ['/r/d', '/r/inc', '/r/common']);
  assert.deepEqual(project.common.defines, { DBG: '1', A: '1' });
  assert.equal(project.integrityCheck, true);
  assert.equal(project.configuration, 'Debug|x64');
  assert.deepEqual(messages, [
    "d/p.vcxproj:15:5: warning: condition $([System.IO.File]::Exists('x')) is not understood; the element <ClCompile> is left out",
  ]);
});

test('release configuration', () => {
  const { project } = read(PROJECT, { configuration: 'release' });
  assert.deepEqual(project.sources, ['/r/d/a.c']);
  assert.deepEqual(project.common.defines, { NDEBUG: '1' });
  assert.equal(project.integrityCheck, false);
});

test('a project without sources is an error', () => {
  assert.deepEqual(read('<PropertyGroup/>').errors, ['project-no-sources: project d/p.vcxproj compiles no source files']);
  assert.deepEqual(read('').errors, ['project-no-sources: project d/p.vcxproj compiles no source files']);
});

test('not well-formed XML is named where it breaks, and nothing hangs', () => {
  assert.match(
    read('<?xml version="1.0"?>\n<Project><ItemGroup></Project>').messages[0],
    /^d\/p.vcxproj:2:21: error: this is not well-formed XML: <\/Project> closes <ItemGroup>/,
  );
  assert.match(read('<ItemGroup>').messages[0], /not well-formed XML: <\/Project> closes <ItemGroup>/);
  assert.match(read('<?xml version="1.0"?>\n<Project>\n  <A x=1></A></Project>').messages[0], /:3:3: error: .* a '<' that begins no tag/);
  for (const text of [
    '<'.repeat(1000),
    '<a>'.repeat(1000),
    `<?xml?>${'<a b="'.repeat(500)}`,
    '<!--',
    '<![CDATA[',
    '\u0000\u0001&#x110000;&amp',
  ])
    assert.ok(read(text).errors.length > 0, text.slice(0, 10));
});

test('configurations: Debug|x64, else what there is; the scenario may choose', () => {
  const chosen = (options: ProjectOptions, ...names: string[]) => {
    const r = read(CONFIGURATIONS(...names) + SOURCE, options);
    return r.errors[0] ?? r.project.configuration;
  };
  assert.equal(chosen({}, 'Release|x64', 'Debug|Win32', 'Debug|x64', 'Debug|ARM64'), 'Debug|x64');
  assert.equal(chosen({}, 'Win8.1 Release|x64', 'Win8.1 Debug|x64'), 'Win8.1 Debug|x64');
  assert.equal(chosen({}, 'Release|x64', 'Debug|Win32'), 'Release|x64');
  assert.equal(chosen({}, 'Release|Win32', 'Debug|Win32'), 'Debug|Win32');
  assert.equal(chosen({ configuration: 'Release' }, 'Release|x64', 'Debug|x64', 'Release|ARM64'), 'Release|x64');
  assert.equal(chosen({ configuration: 'Release', platform: 'win32' }, 'Release|x64', 'Release|Win32'), 'Release|Win32');
  assert.equal(chosen({ configuration: 'Test' }, 'Release|x64', 'Debug|x64'), 'project-configuration: p.vcxproj has no configuration Test');
  assert.equal(chosen({}, 'Debug|ARM64', 'Release|ARM64'), 'project-arm64: p.vcxproj is for ARM64, and Interlock simulates x64 only');
  assert.equal(
    chosen({ platform: 'ARM64' }, 'Debug|ARM64', 'Debug|x64'),
    'project-arm64: p.vcxproj is for ARM64, and Interlock simulates x64 only',
  );
  assert.equal(chosen({}), '');
});

test('conditions', () => {
  const holds = (condition: string): boolean | string => {
    const r = read(
      `<PropertyGroup><One>1</One><Empty></Empty><Yes>true</Yes><Path>a\\</Path><V>10.0.22621.0</V></PropertyGroup><ItemGroup><ClCompile Include="a.c"/><ClCompile Include="b.c" Condition="${condition.replace(/</g, '&lt;')}"/></ItemGroup>`,
      { texts: { 'd/there.h': '', 'd/sub/x.h': '' } },
    );
    return r.messages.length ? 'reported' : r.project.sources.length === 2;
  };
  const table: [string, boolean | string][] = [
    ["'$(One)'=='1'", true],
    ["'$(One)' != '1'", false],
    ["'$(One)|$(Yes)' == '1|TRUE'", true],
    ["'$(Empty)' == ''", true],
    ["'$(Nobody)' == ''", true],
    ["'$(Nobody)' != '' and '$(Nobody)' &gt; '3'", false],
    ['$(One) == 1', true],
    ['$(Yes)', true],
    ['!$(Yes)', false],
    ["'$(One)' &lt; '2'", true],
    ['$(One) &gt;= 1.0', true],
    ["'$(V)' &gt; '10.0.19041.0'", true],
    ["'$(V)' &lt;= '10.0'", false],
    ["'0x10' == '16'", true],
    ["'$(One)'=='2' or ('$(One)'=='1' and '$(Yes)'=='true')", true],
    ["'$(One)'=='2' OR '$(One)'=='3'", false],
    ["!('$(One)'=='2')", true],
    ["Exists('there.h')", true],
    ["exists('sub')", true],
    ["!Exists('gone.h') and Exists('THERE.H')", true],
    ["HasTrailingSlash('$(Path)')", true],
    ["HasTrailingSlash('$(One)')", false],
    ["'$(One)' =", 'reported'],
    ["'a' &lt; 'b'", 'reported'],
    ["'text'", 'reported'],
    ["$([MSBuild]::IsOSPlatform('Windows'))", 'reported'],
    ["'@(ClCompile)' != ''", 'reported'],
    ['('.repeat(500), 'reported'],
  ];
  for (const [condition, wanted] of table) assert.equal(holds(condition), wanted, condition);
});

test('properties and macros', () => {
  const { project, messages } = read(
    `<PropertyGroup><A>x</A><B>$(A)\\y</B><A>z</A></PropertyGroup>
     ${definitions(
       '<AdditionalIncludeDirectories>$(ProjectDir)1;$(SolutionDir)2;$(MSBuildProjectDirectory)\\3;$(MSBuildThisFileDirectory)4;$(IntDir);$(OutDir);$(DDK_INC_PATH)\\x;$(KMDF_INC_PATH)$(KMDF_VER_PATH);$(B);$(ConfigurationName)-$(PlatformName);$(Gone)5;%41b;"q r"</AdditionalIncludeDirectories>' +
         '<PreprocessorDefinitions>NAME=$(ProjectName);T=$(TargetName);%(PreprocessorDefinitions)</PreprocessorDefinitions>',
     )}`,
    { texts: { 's.sln': 'Project("{8BC9}") = "p", "d\\p.vcxproj", "{1}"' } },
  );
  assert.deepEqual(project.common.includes, [
    '/r/d/1',
    '/r/2',
    '/r/d/3',
    '/r/d/4',
    '/r/d/x64/Debug',
    '/r/x64/Debug',
    '/r/d/x/y',
    '/r/d/Debug-x64',
    '/r/d/5',
    '/r/d/Ab',
    '/r/d/q r',
  ]);
  assert.equal(project.common.defines.NAME, 'p');
  assert.equal(project.common.defines.T, 'p');
  assert.deepEqual(
    messages.map((m) => m.replace(/^.*?: /, '')),
    ['warning: property $(Gone) is not set by this project and is taken as empty'],
  );
});

test('property functions are reported where something needs them, and only there', () => {
  const unused = read(`<PropertyGroup><T>$([System.DateTime]::Now.ToString('yyyy'))</T></PropertyGroup>${SOURCE}`);
  assert.deepEqual(unused.messages, []);
  const used = read(
    `<PropertyGroup><T>$([System.IO.Path]::Combine('a','b'))</T><U>$(T)\\c</U></PropertyGroup>${definitions('<AdditionalIncludeDirectories>$(U);ok</AdditionalIncludeDirectories>')}`,
  );
  assert.deepEqual(used.project.common.includes, ['/r/d/ok']);
  assert.match(
    used.messages.join('\n'),
    /^d\/p.vcxproj:2:16: warning: \$\(\[System.IO.Path\]::Combine\('a','b'\)\) is computed by MSBuild itself/,
  );
});

test('items: wildcards, Exclude, Remove, Update, ExcludedFromBuild, metadata of one source', () => {
  const texts = Object.fromEntries(['d/a.c', 'd/b.c', 'd/x.h', 'd/sub/c.c', 'd/sub/deep/e.c', 'd/Test/t.c'].map((n) => [n, '']));
  const { project } = read(
    `<ItemDefinitionGroup><ClCompile><PreprocessorDefinitions>ALL</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>
     <ItemGroup>
       <ClCompile Include="**\\*.c" Exclude="test\\**;b.c"/>
       <ClCompile Include="B.C"><PreprocessorDefinitions>ONLY=2;%(PreprocessorDefinitions)</PreprocessorDefinitions><UndefinePreprocessorDefinitions>ALL</UndefinePreprocessorDefinitions></ClCompile>
       <ClCompile Remove="sub\\deep\\*.c"/>
       <ClCompile Update="sub\\c.c"><AdditionalIncludeDirectories>own</AdditionalIncludeDirectories></ClCompile>
     </ItemGroup>`,
    { texts },
  );
  assert.deepEqual(project.sources, ['/r/d/a.c', '/r/d/sub/c.c', '/r/d/B.C']);
  assert.deepEqual(project.common.defines, { DBG: '1', ALL: '1' });
  assert.deepEqual([...project.settings.keys()], ['/r/d/sub/c.c', '/r/d/B.C']);
  assert.deepEqual(project.settings.get('/r/d/sub/c.c')?.includes, ['/r/d/own']);
  assert.deepEqual(project.settings.get('/r/d/B.C')?.defines, { DBG: '1', ONLY: '2' });
  assert.deepEqual(project.settings.get('/r/d/B.C')?.undefines, ['ALL']);
  const excluded = read(
    `<ItemGroup><ClCompile Include="a.c"/><ClCompile Include="b.c"><ExcludedFromBuild>true</ExcludedFromBuild></ClCompile>
     <ClCompile Include="a.cpp"><ExcludedFromBuild Condition="'$(Platform)'=='x64'">true</ExcludedFromBuild></ClCompile></ItemGroup>`,
  );
  assert.deepEqual(excluded.project.sources, ['/r/d/a.c']);
  assert.deepEqual(excluded.errors, []);
});

test('compiler options and forced includes', () => {
  const { project, messages } = read(
    definitions(
      '<AdditionalOptions>/DA /D B=2 -DC#3 /D"D=\\"text\\"" /U_DEBUG /I inc /I"two words" /FIforced.h /FI pre\\x.h /W4 /kernel /Zc:wchar_t /odd /J /Zp1 %(AdditionalOptions)</AdditionalOptions>' +
        '<ForcedIncludeFiles>first.h;%(ForcedIncludeFiles)</ForcedIncludeFiles><PrecompiledHeader>Use</PrecompiledHeader><PrecompiledHeaderFile>pch.h</PrecompiledHeaderFile>',
    ),
  );
  assert.deepEqual(project.common.defines, { DBG: '1', A: '1', B: '2', C: '3', D: '"text"' });
  assert.deepEqual(project.common.undefines, ['_DEBUG']);
  assert.deepEqual(project.common.includes, ['/r/d/inc', '/r/d/two words']);
  assert.deepEqual(project.common.forcedIncludes, ['first.h', 'forced.h', 'pre\\x.h']);
  assert.deepEqual(
    messages.map((m) => m.replace(/^.*?warning: /, '')),
    [
      'compiler option /odd is not known here and is left out',
      'structures are packed to 1 byte for the whole of a.c (/Zp1), which the headers of the kit forbid; it is left out',
      'compiler option /J (char is unsigned) is left out: char is signed here',
    ],
  );
});

test('/INTEGRITYCHECK in every form', () => {
  const link = (text: string) => read(definitions('', `<Link>${text}</Link>`)).project.integrityCheck;
  assert.equal(link(''), false);
  for (const o of ['/INTEGRITYCHECK', '/integritycheck %(AdditionalOptions)', '-INTEGRITYCHECK', '/x /IntegrityCheck /y'])
    assert.equal(link(`<AdditionalOptions>${o}</AdditionalOptions>`), true, o);
  assert.equal(link('<AdditionalOptions>/INTEGRITYCHECK:NO</AdditionalOptions>'), false);
  assert.equal(link('<IntegrityCheck>true</IntegrityCheck>'), true);
  assert.equal(link("<AdditionalOptions Condition=\"'$(Platform)'=='Win32'\">/INTEGRITYCHECK</AdditionalOptions>"), false);
  assert.equal(link('<AdditionalOptions>/INTEGRITYCHECKS</AdditionalOptions>'), false);
});

test('properties that the kit turns into definitions', () => {
  const defines = (properties: string) => read(`<PropertyGroup>${properties}</PropertyGroup>${SOURCE}`).project.common.defines;
  assert.deepEqual(defines('<TargetVersion>Windows7</TargetVersion>'), {
    DBG: '1',
    NTDDI_VERSION: '0x06010000',
    _WIN32_WINNT: '0x0601',
    WINVER: '0x0601',
  });
  assert.deepEqual(defines('<TargetVersion>Windows10</TargetVersion>'), { DBG: '1' });
  assert.deepEqual(defines('<UseDebugLibraries>false</UseDebugLibraries><CharacterSet>Unicode</CharacterSet>'), {
    UNICODE: '1',
    _UNICODE: '1',
  });
  assert.deepEqual(defines('<CharacterSet>MultiByte</CharacterSet>'), { DBG: '1', _MBCS: '1' });
});

test('property sheets: read where they are imported, relative to the project; one that is missing is reported', () => {
  const texts = {
    'Common.props':
      '<Project><PropertyGroup><Where>shared</Where></PropertyGroup><ItemDefinitionGroup><ClCompile>' +
      '<AdditionalIncludeDirectories>$(SolutionDir)$(Where);$(MSBuildThisFileDirectory)inc;here;%(AdditionalIncludeDirectories)</AdditionalIncludeDirectories>' +
      '<PreprocessorDefinitions>SHEET=2;%(PreprocessorDefinitions)</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>' +
      '<Import Project="props\\More.props"/><Import Project="Common.props"/></Project>',
    'props/More.props': '<Project><ItemDefinitionGroup><Link><IntegrityCheck>true</IntegrityCheck></Link></ItemDefinitionGroup></Project>',
    'Release.props': '<Project><ItemGroup><ClCompile Include="release.c" /></ItemGroup></Project>',
    'Directory.Build.props':
      '<Project><ItemDefinitionGroup><ClCompile><PreprocessorDefinitions>ABOVE</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup></Project>',
  };
  const { project, messages } = read(
    `<Import Project="$(VCTargetsPath)\\Microsoft.Cpp.Default.props" />
  <ImportGroup Label="PropertySheets" Condition="'$(Configuration)'=='Debug'"><Import Project="..\\COMMON.props" /></ImportGroup>
  <ImportGroup Condition="'$(Configuration)'=='Release'"><Import Project="..\\Release.props" /></ImportGroup>
  <Import Project="$(UserRootDir)\\Microsoft.Cpp.$(Platform).user.props" Condition="exists('$(UserRootDir)\\Microsoft.Cpp.$(Platform).user.props')" />
  <Import Project="..\\gone.props" Condition="exists('..\\gone.props')" />
  <Import Project="missing.props" />${SOURCE}`,
    { texts },
  );
  assert.deepEqual(project.sources, ['/r/d/a.c']);
  assert.deepEqual(project.common.includes, ['/r/shared', '/r/inc', '/r/d/here']);
  assert.deepEqual(project.common.defines, { DBG: '1', SHEET: '2', ABOVE: '1' });
  assert.equal(project.integrityCheck, true);
  assert.deepEqual(messages, ['d/p.vcxproj:7:3: warning: property sheet missing.props was not found and is left out']);
});

test('passes: an item sees the last value of a property, a definition the earlier one of its list', () => {
  const { project } = read(
    `<ItemGroup><ClCompile Include="$(Late).c"/></ItemGroup>
     <ItemDefinitionGroup><ClCompile><PreprocessorDefinitions>A;$(Late)</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>
     <ItemDefinitionGroup><ClCompile><PreprocessorDefinitions>%(PreprocessorDefinitions);B</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>
     <PropertyGroup><Late>last</Late></PropertyGroup>
     <Choose><When Condition="'$(Late)'=='x'"><PropertyGroup><C>1</C></PropertyGroup></When><Otherwise><ItemGroup><ClCompile Include="other.c"/></ItemGroup></Otherwise></Choose>`,
  );
  assert.deepEqual(project.sources, ['/r/d/last.c', '/r/d/other.c']);
  assert.deepEqual(Object.keys(project.common.defines), ['DBG', 'A', 'last', 'B']);
});

test('targets and unknown elements are reported', () => {
  const { messages } = read(`<Target Name="Make"><Exec Command="x"/></Target><UsingTask TaskName="T"/><Odd/>${SOURCE}`);
  assert.deepEqual(messages, [
    'd/p.vcxproj:2:1: information: target Make is not run; files that it would make are not there',
    'd/p.vcxproj:2:74: warning: element <Odd> is not understood and is left out',
  ]);
});

test('what is refused, in one sentence each', () => {
  const refused = (body: string): string => read(body).errors.join('; ');
  const type = (t: string, toolset = '') =>
    `<PropertyGroup><ConfigurationType>${t}</ConfigurationType><PlatformToolset>${toolset}</PlatformToolset></PropertyGroup><ItemGroup><ClCompile Include="a.cpp"/></ItemGroup>`;
  assert.equal(
    refused(type('Application', 'v143')),
    'project-user-mode: p.vcxproj builds a user-mode program, and Interlock simulates the kernel only',
  );
  assert.equal(
    refused(type('DynamicLibrary')),
    'project-user-mode: p.vcxproj builds a user-mode DLL, and Interlock simulates the kernel only',
  );
  assert.equal(
    refused(type('Driver', 'WindowsUserModeDriver10.0')),
    'project-user-mode: p.vcxproj builds user-mode code (WindowsUserModeDriver10.0), and Interlock simulates the kernel only',
  );
  assert.equal(
    refused(type('StaticLibrary', 'WindowsKernelModeDriver10.0')),
    'project-library: p.vcxproj builds a library, which has no DriverEntry to start',
  );
  assert.equal(
    refused(
      '<ItemGroup><ClCompile Include="a.cpp"/><ClCompile Include="b.cpp"/><ClCompile Include="c.cc"/><ClCompile Include="d.cxx"/></ItemGroup>',
    ),
    'scenario-cpp: p.vcxproj is written in C++ (a.cpp, b.cpp, c.cc and 1 more), which is not simulated yet',
  );
  assert.equal(
    refused('<ItemGroup><ClCompile Include="a.c"/><ClCompile Include="b.cpp"/></ItemGroup>'),
    'scenario-cpp: p.vcxproj mixes C with C++ (b.cpp), and C++ is not simulated yet',
  );
  assert.equal(
    refused(`${SOURCE}<ItemGroup><MASM Include="x.asm"/></ItemGroup>`),
    'project-assembler: p.vcxproj has assembler sources (x.asm), which are not simulated',
  );
  assert.equal(
    refused(definitions('<CompileAs>CompileAsCpp</CompileAs>')),
    'scenario-cpp: p.vcxproj is written in C++ (a.c), which is not simulated yet',
  );
  assert.equal(refused('<ItemGroup><ClCompile Include="a.cpp"><CompileAs>CompileAsC</CompileAs></ClCompile></ItemGroup>'), '');
  assert.equal(
    refused(
      `${SOURCE}<PropertyGroup><ConfigurationType>Application</ConfigurationType></PropertyGroup><ItemDefinitionGroup><Link><SubSystem>Native</SubSystem></Link></ItemDefinitionGroup>`,
    ),
    '',
  );
});

test('WPP settings', () => {
  const { project } = read(
    definitions(
      "<WppEnabled>true</WppEnabled><WppScanConfigurationData Condition=\"'%(ClCompile.ScanConfigurationData)' == ''\">trace.h</WppScanConfigurationData><WppTraceFunction>Log(LEVEL,MSG,...);Deep(FLAGS,MSG,...)</WppTraceFunction>",
    ),
  );
  assert.deepEqual(project.wpp, { scan: ['/r/d/trace.h'], functions: ['Log(LEVEL,MSG,...)', 'Deep(FLAGS,MSG,...)'] });
});
