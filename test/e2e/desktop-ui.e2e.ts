// The packaged extension as a user gets it: the .vsix installed into a VS Code with a Node extension host, driven through its windows.
import path from 'node:path';
import { after } from 'node:test';
import { packageExtension } from '../../scripts/package.mjs';
import { outputFolder, prerequisites } from './support/browser.js';
import { type Server, startServer, workbenchUrl } from './support/server.js';
import { tour } from './support/tour.js';

let vsix: string | undefined;
let server: Server | undefined;
after(() => server?.stop());

tour(
  'desktop',
  async (t) => {
    const ready = prerequisites(t, 'node');
    if (ready && !vsix) {
      vsix = path.join(outputFolder, 'interlock.vsix');
      await packageExtension(vsix);
    }
    return ready;
  },
  async (ready, folder) => {
    server ??= await startServer(ready.hostFolder, { vsix });
    return { url: workbenchUrl(server, folder), close: () => {} };
  },
);
