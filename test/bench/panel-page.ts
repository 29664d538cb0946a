// A page that hosts the built scheduler panel as a webview would, with a stand-in for VS Code's API: for the benchmark and the tests of the panel without
// an editor. The theme's variables are those of VS Code's Dark Modern.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TraceBatch } from '../../src/messages/scheduler.js';
import { encodeEvents } from '../../src/trace/stream.js';
import type { Story } from './scheduler-events.js';
import { threadAddress } from './scheduler-events.js';

const root = path.resolve(import.meta.dirname, '../..');

const dark: Record<string, string> = {
  'editor-background': '#1f1f1f',
  'editor-foreground': '#cccccc',
  descriptionForeground: '#9d9d9d',
  'charts-blue': '#3794ff',
  'charts-green': '#89d185',
  'charts-purple': '#b180d7',
  'charts-orange': '#d18616',
  'charts-yellow': '#cca700',
  'charts-red': '#f14c4c',
  'terminal-ansiCyan': '#11a8cd',
  'terminal-ansiMagenta': '#bc3fbc',
  focusBorder: '#0078d4',
  'panel-border': '#2b2b2b',
};

/** The whole page as one text; `window.sent` collects what the panel posts. */
export function panelPage(theme: Record<string, string> = dark): string {
  const script = readFileSync(path.join(root, 'dist/webview/scheduler.js'), 'utf8').replace(/\/\/# sourceMappingURL.*/, '');
  const css = readFileSync(path.join(root, 'dist/webview/scheduler.css'), 'utf8');
  const variables = Object.entries(theme)
    .map(([name, value]) => `--vscode-${name}: ${value};`)
    .join(' ');
  return `<!DOCTYPE html><html style="${variables}"><head><meta charset="utf-8"><style>${css}</style></head><body><script>
window.__name = (f) => f; // tsx marks functions that tests send into the page with it
window.sent = []; window.kept = undefined;
window.acquireVsCodeApi = () => ({ postMessage: (m) => window.sent.push(m), getState: () => window.kept, setState: (s) => { window.kept = s; } });
</script><script>${script}</script></body></html>`;
}

/** The batches in which a story would come. */
export function batchesOf({ trace, threads, cpus }: Story, size = 20_000): TraceBatch[] {
  const names = Array.from({ length: threads }, (_, i) => ({
    address: threadAddress(i),
    name: `4.${8 + 4 * i} System!worker${i}`,
    threadId: 8 + 4 * i,
    from: 0,
  }));
  const out: TraceBatch[] = [];
  for (let from = 0; from < trace.length; from += size) {
    out.push({ generation: 1, length: trace.length, stepNs: 100, cpus, events: encodeEvents(trace, from, from + size), names });
  }
  return out;
}
