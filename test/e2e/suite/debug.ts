// F5 in the extension host of a real VS Code: the whole path from the editor through the adapter process to the simulated kernel and back.
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { findCallback } from '../support/callback.js';
import { exampleFile, reset, session, stack, Traffic, until, variables } from './support.js';

/** The example's callback: where it is and what it is called. */
async function callback(): Promise<{ uri: vscode.Uri; name: string; line: number }> {
  for (const uri of (await vscode.workspace.findFiles('**/*.c')).sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const found = findCallback((await vscode.workspace.openTextDocument(uri)).getText());
    if (found) return { uri, ...found };
  }
  throw new Error('the example has no process notify callback');
}

function breakAt(uri: vscode.Uri, line: number): void {
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line - 1, 0)))]);
}

/** The workbench may turn an adapter's path into a URI on its way here. */
function samePath(path: string | undefined, uri: vscode.Uri): boolean {
  if (path === undefined) return false;
  return (/^[a-z-]{2,}:/.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path)).path === uri.path;
}

const inScenario = (frame: DebugProtocol.StackFrame): boolean => frame.source?.path?.endsWith('.scenario') ?? false;

export function defineDebugTests(): void {
  describe('debugging', () => {
    let traffic: Traffic;
    beforeEach(async () => {
      await reset();
      traffic = new Traffic();
    });
    afterEach(async () => {
      await reset();
      traffic.dispose();
    });

    it('F5 without launch.json stops in the process-create callback, steps, shows stack and variables, runs to the end', async () => {
      const { uri, name, line } = await callback();
      breakAt(uri, line);
      await vscode.window.showTextDocument(uri);
      await vscode.commands.executeCommand('workbench.action.debug.start');

      let stop = await traffic.stopped();
      let frames = await stack(stop.threadId);
      // the kernel starts the scenario's first processes by itself: run on to a stop that a statement of the scenario caused
      for (let stops = 1; stops < 10 && !frames.some(inScenario); stops++) {
        await vscode.commands.executeCommand('workbench.action.debug.continue');
        stop = await traffic.stopped();
        frames = await stack(stop.threadId);
      }
      assert.equal(stop.reason, 'breakpoint');
      assert.ok(frames[0].name.includes(name), `innermost frame is ${frames[0].name}`);
      assert.equal(frames[0].line, line);
      assert.ok(samePath(frames[0].source?.path, uri), `source is ${frames[0].source?.path}`);
      assert.ok(frames.length >= 3, `the callback has kernel frames and the scenario's statement below it: ${frames.map((f) => f.name)}`);
      assert.ok(frames.some(inScenario), 'the statement of the scenario that caused it is on the stack');

      // the workbench itself follows, not only the adapter
      await until('the focused frame', () => (vscode.debug.activeStackItem as vscode.DebugStackFrame | undefined)?.frameId !== undefined);
      await until('the editor at the stop', () => vscode.window.activeTextEditor?.selection.active.line === line - 1);

      const shown = await variables(frames[0].id);
      assert.ok(shown.has('CreateInfo') && shown.has('ProcessId'), `variables: ${[...shown.keys()]}`);
      assert.match((shown.get('CreateInfo') as { value: string }).value, /0x[0-9a-f`]+/i, 'a create notification has its info block');
      const evaluated = await (await session()).customRequest('evaluate', {
        expression: '(ULONG_PTR)ProcessId != 0',
        frameId: frames[0].id,
        context: 'hover',
      });
      assert.match(evaluated.result, /^(1|TRUE|0x0*1)\b/);

      await vscode.commands.executeCommand('workbench.action.debug.stepOver');
      const step = await traffic.stopped();
      assert.equal(step.reason, 'step');
      const after = await stack(step.threadId);
      assert.ok(after[0].name.includes(name) && after[0].line !== line, `after one step: ${after[0].name} line ${after[0].line}`);

      vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
      await vscode.commands.executeCommand('workbench.action.debug.continue');
      await traffic.ended();
    });

    it('stops on entry', async () => {
      const program = (await exampleFile('*.scenario')).fsPath;
      const folder = vscode.workspace.workspaceFolders?.[0];
      assert.ok(
        await vscode.debug.startDebugging(folder, { type: 'interlock', request: 'launch', name: 'entry', program, stopOnEntry: true }),
      );
      const stop = await traffic.stopped();
      assert.equal(stop.reason, 'entry');
      assert.match((await stack(stop.threadId))[0].name, /DriverEntry/);
    });

    it('a missing scenario is a clear message, and the next launch works', async () => {
      const folder = vscode.workspace.workspaceFolders?.[0];
      const launch = (program: string) =>
        vscode.debug.startDebugging(folder, { type: 'interlock', request: 'launch', name: 'launch', program, stopOnEntry: true });
      // the workbench shows the message in a dialog that a test cannot answer: this one is not awaited
      void launch('/nowhere/missing.scenario').then(undefined, () => undefined);
      const response = await until('the answer to launch', () => traffic.response('launch'));
      assert.equal(response.success, false);
      assert.match(JSON.stringify(response.body ?? response.message), /missing\.scenario/);
      await until('the failed session is gone', () => vscode.debug.activeDebugSession === undefined);
      await launch((await exampleFile('*.scenario')).fsPath);
      assert.equal((await traffic.stopped()).reason, 'entry');
    });
  });
}
