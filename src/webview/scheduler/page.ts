// The elements of the panel. Made here rather than in the extension's HTML, so that the page it sends needs no inline script or style.

function make<K extends keyof HTMLElementTagNameMap>(
  parent: HTMLElement,
  tag: K,
  attributes: Record<string, string> = {},
  text = '',
): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.textContent = text;
  parent.append(e);
  return e;
}

export type Page = ReturnType<typeof makePage>;

export function makePage(body: HTMLElement) {
  body.replaceChildren();
  const header = make(body, 'header');
  const title = make(header, 'span', { class: 'title' });
  const status = make(header, 'span', { class: 'status', role: 'status' });
  const button = (label: string, description: string): HTMLButtonElement =>
    make(header, 'button', { type: 'button', title: description, 'aria-label': description }, label);
  const buttons = {
    closer: button('+', 'Zoom in (+)'),
    wider: button('−', 'Zoom out (-)'),
    fit: button('Fit', 'Show the whole run (0)'),
    follow: button('Follow', 'Keep the newest event in sight (F)'),
    goTo: button('Go to moment', 'Move the debugger to the selected moment (Enter)'),
  };
  const message = make(body, 'p', { class: 'message', role: 'alert', hidden: '' });
  const empty = make(body, 'div', { class: 'empty', hidden: '' });
  const hint = make(empty, 'p');
  const run = make(empty, 'button', { type: 'button' }, 'Debug current file');
  const stage = make(body, 'div', { class: 'stage' });
  const canvas = make(stage, 'canvas', {
    tabindex: '0',
    role: 'application',
    'aria-roledescription': 'timeline',
    'aria-label':
      'Scheduler timeline. Left and right select events of a row, up and down select rows, plus and minus zoom, Shift with arrows pans, Home and End go to the first and last event, Enter moves the debugger there.',
    'aria-describedby': 'announcement',
  });
  const tooltip = make(stage, 'div', { class: 'tooltip', role: 'tooltip', hidden: '' });
  const legend = make(body, 'div', { class: 'legend', 'aria-hidden': 'true' });
  for (const [name, text] of [
    ['running', 'running'],
    ['ready', 'ready, standby'],
    ['waiting', 'waiting'],
    ['dpc', 'DPC, spinning'],
    ['inside', 'callback or other driver code entered'],
    ['locks', 'lock held'],
    ['irql', 'IRQL raised'],
  ]) {
    const entry = make(legend, 'span', { class: 'entry' });
    make(entry, 'span', { class: `sample ${name}` });
    make(entry, 'span', {}, text);
  }
  const below = make(body, 'div', { class: 'below' });
  const details = make(below, 'section', { class: 'details', 'aria-label': 'State at the moment', tabindex: '0' });
  const list = make(below, 'div', { class: 'events', role: 'listbox', 'aria-label': 'Events around the moment', tabindex: '0' });
  const announcement = make(body, 'div', { id: 'announcement', class: 'announcement', 'aria-live': 'polite' });
  return { header, title, status, buttons, message, empty, hint, run, stage, canvas, tooltip, legend, below, details, list, announcement };
}
