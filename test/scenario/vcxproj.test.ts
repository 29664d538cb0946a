// Project files: sources, definitions and /INTEGRITYCHECK by configuration; what is not understood is reported.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
