// What the adapter needs from the place it runs in (a Node process on the desktop, a worker on the web): files and a turn of the event loop.
import type { FileProvider } from '../base/files.js';

export interface AdapterHost {
  /** Snapshot with everything that can be read synchronously now. */
  readonly files: FileProvider;
  /** Fetches what `files` was asked for and does not know yet; false when there was nothing. On disk there never is. */
  fetch(): Promise<boolean>;
  /** Lets waiting requests be handled between two pieces of a run. */
  turn(): Promise<void>;
  /** Milliseconds of some steady clock; used only to size the pieces of a run, never by the simulation. */
  now(): number;
}
