// The language server through the editor's own interfaces: a registry call typed into the example's process callback is found, explained and mended, and the
// settings count.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { findCallback } from '../support/callback.js';
import { until } from './support.js';

const CALL =
  'HANDLE key; OBJECT_ATTRIBUTES attributes; InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL); if (NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) { ZwClose(key); }\n';

export function defineLanguageTests(): void {
  describe('language server', () => {
    it('finds a registry call in the callback, tells about it and mends it', async () => {
      const { document, line, original } = await callbackDocument();
      const uri = document.uri;
      const found = () => vscode.languages.getDiagnostics(uri).filter((d) => ruleOf(d) === 'registry-call');
      await edit((e) => e.insert(uri, new vscode.Position(line, 0), CALL));
      const [finding] = await until('the finding', () => (found().length > 0 ? found() : undefined));
      assert.equal(document.getText(finding.range).slice(0, 9), 'ZwOpenKey');
      assert.equal(finding.source, 'interlock');
      assert.ok((finding.relatedInformation?.length ?? 0) > 0, 'the path from the registration is there');
      assert.ok(vscode.languages.getDiagnostics(uri).every((d) => d.severity !== vscode.DiagnosticSeverity.Error));

      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, finding.range.start);
      const text = hovers.flatMap((h) => h.contents.map((c) => (typeof c === 'string' ? c : c.value))).join('\n');
      assert.match(text, /NTSTATUS ZwOpenKey/);
      assert.match(text, /IRQL: at most PASSIVE_LEVEL/);

      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, finding.range);
      const fix = actions.find((a) => a.isPreferred) ?? actions.find((a) => a.title.startsWith('Disable rule registry-call'));
      assert.ok(fix?.edit, `the actions are ${actions.map((a) => a.title).join(', ')}`);
      assert.ok(await vscode.workspace.applyEdit(fix.edit));
      await until('the finding to disappear', () => found().length === 0);
      await restore(document, original);
    });

    it('obeys its settings', async () => {
      const { document, line, original } = await callbackDocument();
      const found = () => vscode.languages.getDiagnostics(document.uri).some((d) => ruleOf(d) === 'registry-call');
      await edit((e) => e.insert(document.uri, new vscode.Position(line, 0), CALL));
      await until('the finding', found);
      const settings = vscode.workspace.getConfiguration('interlock');
      await settings.update('diagnostics.enable', false, vscode.ConfigurationTarget.Global);
      await until('nothing shown', () => !found());
      await settings.update('diagnostics.enable', undefined, vscode.ConfigurationTarget.Global);
      await until('the finding again', found);
      await restore(document, original);
      await until('nothing left', () => !found());
    });

    it('starts again on demand', async () => {
      const { document, line, original } = await callbackDocument();
      await vscode.commands.executeCommand('interlock.restartLanguageServer');
      await edit((e) => e.insert(document.uri, new vscode.Position(line, 0), CALL));
      await until('the finding', () => vscode.languages.getDiagnostics(document.uri).some((d) => ruleOf(d) === 'registry-call'));
      await restore(document, original);
    });
  });
}

const ruleOf = (d: vscode.Diagnostic): unknown => (typeof d.code === 'object' ? d.code.value : d.code);

/** The example's process callback in an editor, and the line (0-based) of its first statement. */
async function callbackDocument(): Promise<{ document: vscode.TextDocument; line: number; original: string }> {
  for (const uri of await vscode.workspace.findFiles('**/*.c')) {
    const document = await vscode.workspace.openTextDocument(uri);
    const callback = findCallback(document.getText());
    if (!callback) continue;
    await vscode.window.showTextDocument(document);
    return { document, line: callback.line - 1, original: document.getText() };
  }
  throw new Error('the example has no process callback');
}

async function edit(make: (e: vscode.WorkspaceEdit) => void): Promise<void> {
  const e = new vscode.WorkspaceEdit();
  make(e);
  assert.ok(await vscode.workspace.applyEdit(e));
}

/** The text as it was. Reverting would do nothing where the editor has saved the file by itself. */
function restore(document: vscode.TextDocument, text: string): Promise<void> {
  return edit((e) =>
    e.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), document.positionAt(document.getText().length)), text),
  );
}
