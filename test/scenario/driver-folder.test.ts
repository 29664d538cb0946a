// A file's driver is the nearest project that compiles it, else the C files of its folder; a folder without kernel C has none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { compileDriver, findDriver, findDrivers } from '../../src/scenario/driver-folder.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

const KERNEL = '#include <ntddk.h>\n';
const project = (...sources: string[]): string =>
  `<Project><ItemGroup>${sources.map((s) => `<ClCompile Include="${s}" />`).join('')}</ItemGroup></Project>`;

test('a folder of C files is one driver', () => {
  const files = new MemoryFiles({ 'w/drv/a.c': KERNEL, 'w/drv/b.c': 'int b;', 'w/drv/c.h': '' });
  for (const path of ['w/drv/a.c', 'w/drv/b.c', 'w/drv/c.h', 'w/drv']) {
    const d = findDriver(path, files);
    assert.deepEqual([d?.name, d?.folder, d?.sources.paths], ['drv', 'w/drv', ['w/drv/a.c', 'w/drv/b.c']], path);
  }
});

test('no kernel header, no driver', () => {
  const files = new MemoryFiles({
    'app/main.c': '#include <stdio.h>\n#include "own.h"\n',
    'app/own.h': '#include <windows.h>\n',
    'x/readme.md': '',
  });
  for (const path of ['app/main.c', 'app', 'x', 'nowhere', 'nowhere/a.c']) assert.equal(findDriver(path, files), undefined, path);
});

test('through own headers, in any case, also when they include each other', () => {
  const files = new MemoryFiles({
    'd/main.c': '#include "Common.H"\n',
    'd/common.h': '#include "deep/more.h"\n#include "common.h"\n',
    'd/deep/more.h': '#include "../common.h"\n  #  include <FltKernel.h>\n',
  });
  assert.equal(findDriver('d/main.c', files)?.name, 'd');
});

test('the nearest project that compiles the file', () => {
  const files = new MemoryFiles({
    'r/drv.vcxproj': project('src\\a.c'),
    'r/src/a.c': KERNEL,
    'r/src/other.c': KERNEL,
    'r/src/tool/tool.vcxproj': project('main.cpp'),
    'r/src/tool/x.h': '',
  });
  assert.deepEqual(findDriver('r/src/a.c', files)?.project, 'r/drv.vcxproj');
  assert.deepEqual(findDriver('r/drv.vcxproj', files)?.sources.paths, ['r/src/a.c']);
  assert.equal(findDriver('r/src/other.c', files)?.project, undefined, 'not in the project');
  assert.equal(findDriver('r/src/tool/x.h', files)?.project, 'r/drv.vcxproj', 'a project without C is passed over');
  assert.deepEqual(
    findDrivers('r', files).map((d) => d.name),
    ['drv'],
  );
});

test('compiles with the include folders and definitions of the project', () => {
  const files = new MemoryFiles({
    'p/p.vcxproj':
      '<Project><ItemDefinitionGroup><ClCompile><AdditionalIncludeDirectories>inc</AdditionalIncludeDirectories><PreprocessorDefinitions>N=3</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup><ItemGroup><ClCompile Include="a.c" /></ItemGroup></Project>',
    'p/inc/k.h': `#pragma once\n${KERNEL}`,
    'p/a.c': '#include "k.h"\nULONG a[N];\n',
  });
  const driver = findDriver('p/a.c', files);
  assert.ok(driver);
  const { units } = compileDriver(driver, { files, headers: wdkHeaders });
  assert.deepEqual(
    units.map((u) => [u.file.path, u.diagnostics.length]),
    [['a.c', 0]],
  );
});

test('what a project names and is not there is said', () => {
  const files = new MemoryFiles({ 'p/p.vcxproj': project('a.c', 'gone.c'), 'p/a.c': KERNEL });
  const missing = new Set<string>();
  const driver = findDriver('p', {
    read: (path) => {
      const text = files.read(path);
      if (text === undefined) missing.add(path);
      return text;
    },
    list: (folder) => files.list(folder),
  });
  assert.deepEqual(driver?.sources.paths, ['p/a.c']);
  assert.deepEqual(
    driver?.diagnostics.map((d) => d.code),
    ['scenario-missing-file'],
  );
  assert.ok(missing.has('p/gone.c'));
});

test('a project that cannot run is answered with the one sentence that says why', () => {
  const files = new MemoryFiles({
    'p/p.vcxproj': project('a.c', 'b.cpp'),
    'p/a.c': KERNEL,
    'p/b.cpp': '',
    'q/q.vcxproj': project('b.cpp'),
    'q/b.cpp': '',
  });
  assert.deepEqual(
    findDriver('p/p.vcxproj', files)?.diagnostics.map((d) => d.message),
    ['p.vcxproj mixes C with C++ (b.cpp), and C++ is not simulated yet'],
  );
  assert.deepEqual(
    findDriver('q/q.vcxproj', files)?.diagnostics.map((d) => d.message),
    ['q.vcxproj is written in C++ (b.cpp), which is not simulated yet'],
  );
});
