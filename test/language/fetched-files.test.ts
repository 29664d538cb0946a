// The web worker's view of files: each question is asked once, headers are not looked for where a listing says they are not, and a driver is analysed like on disk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FetchedFiles } from '../../src/base/fetched-files.js';
import { MemoryFiles } from '../../src/base/files.js';
import { analyseDriver } from '../../src/language/driver-analysis.js';
import { UnitCache } from '../../src/language/unit-cache.js';
import { pathOfUri, uriOfPath } from '../../src/language/uris.js';
import { Workspace } from '../../src/language/workspace.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { DRIVER_WITH_CALL } from './driver-text.js';

const FOLDER = 'vscode-vfs://github/o/r/driver';
const MAIN = DRIVER_WITH_CALL.replace('#include <ntddk.h>', '#include "inc/all.h"');

function host(disk: Record<string, string>) {
  const files = new MemoryFiles(disk);
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
  const workspace = new Workspace({
    files: fetched,
    headers: wdkHeaders,
    fetch: () => fetched.fetch(),
    forget: (paths) => fetched.forget(paths),
    turn: () => Promise.resolve(),
  });
  return { files, asked, workspace };
}

test('a driver whose files have to be fetched', async () => {
  const header = '#include <ntddk.h>\n#include "../more.h"\n';
  const { files, asked, workspace } = host({ [`${FOLDER}/a.c`]: MAIN, [`${FOLDER}/inc/all.h`]: header, [`${FOLDER}/more.h`]: '\n' });
  const cache = new UnitCache(wdkHeaders);
  const analyse = () => analyseDriver(`${FOLDER}/a.c`, workspace, cache, {}, () => false);
  const first = await analyse();
  assert.ok(typeof first === 'object');
  assert.ok(first.findings.some((f) => f.rule === 'registry-call'));
  assert.deepEqual([...first.files].sort(), [`${FOLDER}/a.c`, `${FOLDER}/inc/all.h`, `${FOLDER}/more.h`]);
  assert.deepEqual(asked, [...new Set(asked)]);
  assert.deepEqual(
    asked.filter((p) => p.endsWith('ntddk.h')),
    [],
  );

  // a change outside the editor counts once it was said
  files.set(`${FOLDER}/inc/all.h`, '#pragma once\n#include <wdm.h>\n');
  const same = await analyse();
  assert.ok(typeof same === 'object' && same.units[0] === first.units[0]);
  workspace.host.forget([`${FOLDER}/inc/all.h`]);
  const other = await analyse();
  assert.ok(typeof other === 'object' && other.units[0] !== first.units[0]);
});

test('what is not there is asked for once', async () => {
  const { asked, workspace } = host({ [`${FOLDER}/a.c`]: '#include "missing.h"\nint x;\n' });
  const cache = new UnitCache(wdkHeaders);
  assert.equal(await analyseDriver(`${FOLDER}/a.c`, workspace, cache, {}, () => false), 'none');
  const before = asked.length;
  assert.equal(await analyseDriver(`${FOLDER}/a.c`, workspace, cache, {}, () => false), 'none');
  assert.equal(asked.length, before);
});

test('document URIs and paths', () => {
  const pairs: [string, string][] = [
    ['file:///home/u/a%20b.c', '/home/u/a b.c'],
    ['file:///c%3A/x/%C3%A4.c', 'c:/x/\u00e4.c'],
    ['vscode-vfs://github/o/r/a%231.c', 'vscode-vfs://github/o/r/a#1.c'],
    ['memfs:/x/a.c', 'memfs:///x/a.c'],
  ];
  for (const [uri, path] of pairs) assert.equal(pathOfUri(uri), path);
  assert.equal(pathOfUri('file:///C:/x/a.c'), 'c:/x/a.c');
  for (const none of ['untitled:Untitled-1', 'git:/x/a.c?%7B%7D', 'file://share/x/a.c', 'file:///%E0%A4%A', 'output:x'])
    assert.equal(pathOfUri(none), undefined);
  for (const [, path] of pairs) assert.equal(pathOfUri(uriOfPath(path)), path);
});
