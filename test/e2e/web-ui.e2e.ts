// The same tour in VS Code for the Web: extension, debug adapter and language server in workers of the browser, files through the editor, no Node anywhere.
// The workbench is 1.91, the oldest that package.json allows.
import { serveWorkbench } from '../../scripts/lib/web-host.mjs';
import { prerequisites } from './support/browser.js';
import { tour } from './support/tour.js';

tour(
  'web',
  async (t) => prerequisites(t, 'web'),
  async (ready, folder) => {
    const host = await serveWorkbench({ hostFolder: ready.hostFolder, folder });
    return { url: host.url, close: () => host.stop() };
  },
);
