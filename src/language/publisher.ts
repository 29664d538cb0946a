// What the editor has been told. Several owners (drivers, scenarios) may have diagnostics in one file, a shared header say: a file shows the union. A list goes
// out when it differs from the last one, or when a document has a new version whose answer somebody may wait for.
import type { Diagnostic } from 'vscode-languageserver';
import type { Workspace } from './workspace.js';

export type SendDiagnostics = (params: { uri: string; version?: number; diagnostics: Diagnostic[] }) => void;

interface Shown {
  readonly text: string;
  readonly version: number | undefined;
}

export class Publisher {
  /** Owner -> file -> its diagnostics there. */
  private readonly owners = new Map<string, ReadonlyMap<string, readonly Diagnostic[]>>();
  private readonly shown = new Map<string, Shown>();

  constructor(
    private readonly workspace: Workspace,
    private readonly send: SendDiagnostics,
  ) {}

  /** Replaces everything that an owner has said. `versions`: the documents that were looked at. */
  set(owner: string, byFile: ReadonlyMap<string, readonly Diagnostic[]>, versions: ReadonlyMap<string, number>): void {
    const before = this.owners.get(owner);
    this.owners.set(owner, byFile);
    for (const path of new Set([...byFile.keys(), ...(before?.keys() ?? [])])) this.publish(path, versions.get(path));
  }

  /** The owner has nothing to say any more. */
  remove(owner: string): void {
    const before = this.owners.get(owner);
    this.owners.delete(owner);
    for (const path of before?.keys() ?? []) this.publish(path, this.workspace.document(path)?.version);
  }

  private publish(path: string, version: number | undefined): void {
    const seen = new Set<string>();
    const diagnostics: Diagnostic[] = [];
    for (const byFile of this.owners.values())
      for (const d of byFile.get(path) ?? []) {
        const key = JSON.stringify(d);
        if (!seen.has(key)) diagnostics.push(d);
        seen.add(key);
      }
    const text = [...seen].join('\n');
    const old = this.shown.get(path);
    // a file that never had any and is not open is not mentioned
    if (!old && diagnostics.length === 0 && version === undefined) return;
    if (old?.text === text && old.version === version) return;
    if (diagnostics.length === 0 && version === undefined) this.shown.delete(path);
    else this.shown.set(path, { text, version });
    this.send({ uri: this.workspace.uri(path), ...(version === undefined ? {} : { version }), diagnostics });
  }
}
