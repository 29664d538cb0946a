// The extension as VS Code sees it: present, active, its language known.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { exampleFile } from './support.js';

export function defineExtensionTests(): void {
  describe('extension', () => {
    it('is installed and activates', async () => {
      const extension = vscode.extensions.getExtension('interlock.interlock');
      assert.ok(extension, 'interlock.interlock is not there');
      await extension.activate();
      assert.ok(extension.isActive);
    });

    it('knows scenario files', async () => {
      const document = await vscode.workspace.openTextDocument(await exampleFile('*.scenario'));
      assert.equal(document.languageId, 'interlock-scenario');
    });

    it('registers its commands', async () => {
      const all = await vscode.commands.getCommands(true);
      for (const name of ['debugFile', 'runFile', 'debugWithDefaultScenario']) assert.ok(all.includes(`interlock.${name}`), name);
    });
  });
}
