// The texts that an order depends on, each as a hash: a schedule replays exactly the machine it was found on, so it says when a source has changed since.
import type { SourceFile } from '../base/source.js';
import type { Build } from '../scenario/build.js';
import { Hash64 } from '../trace/hash.js';

export interface SourceHash {
  /** Relative to the scenario's folder. */
  readonly path: string;
  readonly hash: string;
}

/** Of the text with LF line ends: the same on every host. */
export function textHash(text: string): string {
  const h = new Hash64();
  h.text(text.replace(/\r\n?/g, '\n'));
  return h.digest();
}

/** Scenario, sources and the headers they include (not those that Interlock brings), by path. */
export function sourceHashes(build: Build): SourceHash[] {
  const files = new Map<string, string>();
  const add = (f: SourceFile): void => {
    if (!f.builtin && !files.has(f.path)) files.set(f.path, textHash(f.text));
  };
  add(build.scenario.file);
  for (const d of build.drivers) for (const u of [...d.units, ...d.models.units]) for (const f of [u.file, ...u.includes]) add(f);
  for (const p of build.processes) for (const f of p.unit?.includes ?? []) add(f);
  return [...files].map(([path, hash]) => ({ path, hash })).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
