// Project files: sources, definitions and /INTEGRITYCHECK by configuration; what is not understood is reported.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { SourceFile } from '../../src/base/source.js';
import { readProject } from '../../src/scenario/vcxproj.js';

const PROJECT = `<?xml version="1.0"?>
<Project>
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
    <ResourceCompile Include="a.rc" />
  </ItemGroup>
</Project>`;

test('debug configuration', () => {
  const { project, diagnostics } = readProject(new SourceFile('d/p.vcxproj', PROJECT), '/r/d/p.vcxproj');
  assert.deepEqual(project.sources, ['/r/d/a.c', '/r/d/sub/b.c']);
  assert.deepEqual(project.includes, ['/r/common', '/r/d', '/r/inc']);
  assert.deepEqual(project.defines, { DBG: '1', A: '1' });
  assert.equal(project.integrityCheck, true);
  assert.equal(diagnostics.length, 2);
  assert.match(diagnostics.map((d) => d.message).join('\n'), /is not understood; the element is left out/);
});

test('release configuration', () => {
  const { project } = readProject(new SourceFile('p.vcxproj', PROJECT), '/r/d/p.vcxproj', 'Release');
  assert.deepEqual(project.sources, ['/r/d/a.c']);
  assert.deepEqual(project.defines, { NDEBUG: '1' });
  assert.equal(project.integrityCheck, false);
});

test('a project without sources is an error', () => {
  const { diagnostics } = readProject(new SourceFile('p.vcxproj', '<Project></Project>'), 'p.vcxproj');
  assert.equal(diagnostics[0].severity, 'error');
});

test('property sheets: read where they are imported, relative to the project; one that is missing is reported', () => {
  const files = new MemoryFiles({
    '/r/Common.props':
      '<Project><PropertyGroup><Where>shared</Where></PropertyGroup><ItemDefinitionGroup><ClCompile>' +
      '<AdditionalIncludeDirectories>$(SolutionDir)$(Where);$(MSBuildThisFileDirectory)inc;here;%(AdditionalIncludeDirectories)</AdditionalIncludeDirectories>' +
      '<PreprocessorDefinitions>SHEET=2;%(PreprocessorDefinitions)</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>' +
      '<Import Project="props\\More.props"/><Import Project="Common.props"/></Project>',
    '/r/props/More.props':
      '<Project><ItemDefinitionGroup><Link><IntegrityCheck>true</IntegrityCheck></Link></ItemDefinitionGroup></Project>',
    '/r/Release.props': '<Project><ItemGroup><ClCompile Include="release.c" /></ItemGroup></Project>',
  });
  const text = `<Project>
  <Import Project="$(VCTargetsPath)\\Microsoft.Cpp.props" />
  <ImportGroup Label="PropertySheets" Condition="'$(Configuration)'=='Debug'"><Import Project="..\\Common.props" /></ImportGroup>
  <ImportGroup Condition="'$(Configuration)'=='Release'"><Import Project="..\\Release.props" /></ImportGroup>
  <Import Project="..\\gone.props" Condition="exists('..\\gone.props')" />
  <Import Project="missing.props" />
  <ItemGroup><ClCompile Include="a.c" /></ItemGroup>
</Project>`;
  const { project, diagnostics } = readProject(new SourceFile('d/p.vcxproj', text), '/r/d/p.vcxproj', 'Debug', files);
  assert.deepEqual(project.sources, ['/r/d/a.c']);
  assert.deepEqual(project.includes, ['/r/shared', '/r/inc', '/r/d/here']);
  assert.deepEqual(project.defines, { SHEET: '2' });
  assert.equal(project.integrityCheck, true);
  assert.deepEqual(
    diagnostics.map((d) => d.message),
    ['property sheet missing.props was not found and is left out'],
  );
});
