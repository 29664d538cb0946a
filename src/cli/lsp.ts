// The language server as a Node process over its standard streams: how VS Code's desktop client and other editors start it.
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveStreams } from '../language/node-main.js';
import { DiskFiles } from './disk-files.js';

/** Serves LSP on stdin/stdout until the client says `exit`. */
export function serveLanguage(): void {
  serveStreams(process.stdin, process.stdout, {
    files: new DiskFiles(),
    // one turn reads what has arrived, the next one acts on it
    turn: () => new Promise((done) => setImmediate(() => setImmediate(done))),
    // beside dist/ in the installed extension; run from its sources it has no place of its own
    ...(typeof __dirname === 'string' ? { rulePages: pathToFileURL(path.join(__dirname, '../docs/rules')).href } : {}),
  });
}
