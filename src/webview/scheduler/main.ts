// Entry point of the scheduler panel in its webview.
import type { ToSchedulerPanel } from '../../messages/scheduler.js';
import { listenToInput } from './input.js';
import { makePage } from './page.js';
import { type Host, Panel } from './panel.js';

declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const page = makePage(document.body);
const panel = new Panel(page, host);
listenToInput(page, panel);
page.run.addEventListener('click', () => host.postMessage({ type: 'run' }));
window.addEventListener('message', (e: MessageEvent<ToSchedulerPanel>) => panel.receive(e.data));
new ResizeObserver(() => panel.resize()).observe(page.stage);
// the editor changes classes and variables of these two when its theme changes
const theme = new MutationObserver(() => panel.themeChanged());
for (const e of [document.body, document.documentElement]) theme.observe(e, { attributes: true, attributeFilter: ['class', 'style'] });
host.postMessage({ type: 'ready' });
