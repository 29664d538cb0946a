// A debug session of a scenario of the repository, stopped at a breakpoint that is found by its text; what one types in the console there, and the inspector's trees.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DiskFiles } from '../../src/cli/disk-files.js';
import { EvaluationError } from '../../src/machine/inspect/value.js';
import { buildScenario } from '../../src/scenario/build.js';
import type { Node } from '../../src/session/inspect/node.js';
import { Session } from '../../src/session/session.js';
import type { RunEvent, Stop } from '../../src/session/types.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

const root = path.resolve(import.meta.dirname, '../..');

export class Stopped {
  readonly session: Session;
  readonly stop: Stop | undefined;
  readonly frameId: number | undefined;

  /** `at`: file (as the scenario shows it) and a text of the line to stop at; without it the run goes on to a bug check or its end. */
  constructor(
    readonly scenario: string,
    at?: { readonly file: string; readonly text: string },
    options: { readonly cpus?: number; readonly seed?: number } = {},
  ) {
    const build = buildScenario(path.join(root, scenario), { files: new DiskFiles(), headers: wdkHeaders, ...options });
    this.session = new Session(build, { debug: true });
    this.session.onOutput = () => {};
    if (at) {
      const text = readFileSync(path.join(root, path.dirname(scenario), at.file), 'utf8');
      const line = text.split('\n').findIndex((l) => l.includes(at.text)) + 1;
      assert.ok(line > 0, `no line of ${at.file} contains ${at.text}`);
      assert.ok(this.session.setBreakpoints(at.file, [{ line }])[0].verified);
    }
    const event = this.run();
    this.stop = event.kind === 'stopped' ? event.stop : undefined;
    this.frameId = this.stop && this.session.stackTrace(this.stop.threadId, 0, 1).frames[0]?.id;
  }

  run(): Exclude<RunEvent, { kind: 'running' }> {
    for (;;) {
      const event = this.session.run(1e7);
      if (event.kind !== 'running') return event;
    }
  }

  /** What the console answers; a message for the user as `error: ...`. Anything else that is thrown is a defect. */
  say(command: string): string {
    try {
      return this.session.evaluate(command, this.frameId, true).value;
    } catch (e) {
      if (e instanceof EvaluationError) return `error: ${e.message}`;
      throw e;
    }
  }

  nodes(id: string): Node[] {
    return this.session.inspector.children(id);
  }
  /** The node below `id` whose label matches. */
  node(id: string, label: RegExp): Node {
    const found = this.nodes(id).find((n) => label.test(n.label));
    assert.ok(
      found,
      `${label} is not among: ${this.nodes(id)
        .map((n) => n.label)
        .join(' | ')}`,
    );
    return found;
  }
  /** Every node to a depth, as text. */
  tree(depth: number, id?: string, indent = ''): string[] {
    return this.session.inspector
      .children(id)
      .flatMap((n) => [
        `${indent}${n.label}${n.description ? ` -- ${n.description}` : ''}`,
        ...(n.hasChildren && depth > 1 ? this.tree(depth - 1, n.id, `${indent}  `) : []),
      ]);
  }
}

export const lockOwner = (): Stopped =>
  new Stopped('test/fixtures/scenarios/lock-owner.scenario', { file: 'lock-owner.c', text: 'g_Shared.Users++' });
