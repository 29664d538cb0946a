// What the language server needs from where it runs: files, its own headers, and a way to let waiting messages in. The command line gives it the disk, the web
// worker asks the editor; tests give it memory.
import type { FileProvider } from '../base/files.js';

export interface LanguageHost {
  /** Snapshot of the workspace's files, by normalised path (uris.ts). Open documents are laid over it. */
  readonly files: FileProvider;
  /** Interlock's own headers. */
  readonly headers: Record<string, string>;
  /** Fetches what the snapshot was asked for and does not know yet; answers whether it learned anything. Hosts that read the disk never do. */
  fetch(): Promise<boolean>;
  /** Files may have changed outside the editor: all of them, or these. */
  forget(paths?: readonly string[]): void;
  /** Resolves when the messages that have arrived in the meantime have been taken in, so that work nobody wants any more can be given up. */
  turn(): Promise<void>;
  /** URI of the folder with one page for each rule; without it diagnostics carry no link. */
  readonly rulePages?: string;
}
