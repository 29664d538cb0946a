// `interlock lsp` as a process: speaks LSP on its standard streams, reads a driver's other files from disk, ends with 0 when it is told to.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { DRIVER_WITH_CALL } from '../language/driver-text.js';
import { interlock, program, root } from './run-cli.js';

test('a session over standard streams', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'interlock-lsp-'));
  try {
    writeFileSync(path.join(folder, 'all.h'), '#pragma once\n#include <ntddk.h>\n');
    const text = DRIVER_WITH_CALL.replace('<ntddk.h>', '"all.h"');
    const uri = pathToFileURL(path.join(folder, 'driver.c')).href;
    const child = spawn(process.execPath, [...program, 'lsp', '--stdio'], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    const published = new Promise<PublishDiagnosticsParams>((done) => {
      connection.onNotification('textDocument/publishDiagnostics', (p: PublishDiagnosticsParams) => done(p));
    });
    connection.listen();
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text } });
    const { diagnostics } = await published;
    const found = diagnostics.find((d) => d.code === 'registry-call');
    assert.ok(found);
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    assert.deepEqual(await ended, [0, null]);
    connection.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a wrong call is said', () => {
  const { code, stderr } = interlock('lsp', '--prot', '7');
  assert.equal(code, 2);
  assert.match(stderr, /unknown option '--prot'/);
});
