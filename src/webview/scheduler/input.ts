// Mouse, wheel and keyboard on the canvas and the list.
import type { Page } from './page.js';
import type { Panel } from './panel.js';

const DRAG = 4;
const PAN_STEP = 80;
const ZOOM_STEP = 1.4;

export function listenToInput(page: Page, panel: Panel): void {
  pointer(page, panel);
  page.canvas.addEventListener('wheel', (e) => wheel(e, panel), { passive: false });
  page.canvas.addEventListener('keydown', (e) => {
    if (!e.ctrlKey && !e.metaKey && !e.altKey && key(e, panel)) e.preventDefault();
  });
  page.list.addEventListener('keydown', (e) => {
    if (listKey(e, panel)) e.preventDefault();
  });
  const { buttons } = page;
  buttons.closer.addEventListener('click', () => panel.zoomBy(1 / ZOOM_STEP));
  buttons.wider.addEventListener('click', () => panel.zoomBy(ZOOM_STEP));
  buttons.fit.addEventListener('click', () => panel.fitAll());
  buttons.follow.addEventListener('click', () => panel.toggleFollow());
  buttons.goTo.addEventListener('click', () => panel.goTo());
}

function pointer({ canvas, tooltip, stage }: Page, panel: Panel): void {
  let down: { x: number; y: number; startX: number; startY: number; dragging: boolean } | undefined;
  const hide = (): void => {
    tooltip.hidden = true;
  };
  canvas.addEventListener('pointerdown', (e) => {
    if (e.button !== 0) return;
    down = { x: e.offsetX, y: e.offsetY, startX: e.offsetX, startY: e.offsetY, dragging: false };
    canvas.setPointerCapture(e.pointerId);
    hide();
  });
  canvas.addEventListener('pointermove', (e) => {
    if (down) {
      if (Math.abs(e.offsetX - down.startX) + Math.abs(e.offsetY - down.startY) > DRAG) down.dragging = true;
      if (!down.dragging) return;
      panel.panBy(down.x - e.offsetX, down.y - e.offsetY);
      down.x = e.offsetX;
      down.y = e.offsetY;
      return;
    }
    const lines = panel.tooltipAt(e.offsetX, e.offsetY);
    tooltip.hidden = lines === undefined;
    if (!lines) return;
    tooltip.textContent = lines.join('\n');
    const x = Math.min(e.offsetX + 14, stage.clientWidth - tooltip.offsetWidth - 4);
    const below = e.offsetY + 18;
    const y = below + tooltip.offsetHeight < stage.clientHeight ? below : e.offsetY - tooltip.offsetHeight - 10;
    tooltip.style.left = `${Math.max(4, x)}px`;
    tooltip.style.top = `${Math.max(0, y)}px`;
  });
  canvas.addEventListener('pointerup', (e) => {
    if (down && !down.dragging) panel.selectAt(e.offsetX, e.offsetY);
    down = undefined;
  });
  canvas.addEventListener('pointercancel', () => {
    down = undefined;
  });
  canvas.addEventListener('pointerleave', hide);
}

function wheel(e: WheelEvent, panel: Panel): void {
  e.preventDefault();
  const unit = e.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
  if (panel.overNames(e.offsetX)) panel.panBy(0, e.deltaY * unit);
  else if (e.shiftKey) panel.panBy((e.deltaY + e.deltaX) * unit, 0);
  else if (Math.abs(e.deltaX) > Math.abs(e.deltaY)) panel.panBy(e.deltaX * unit, 0);
  else panel.zoomBy(1.0015 ** (e.deltaY * unit), e.offsetX);
}

/** Answers whether the key meant something. */
function key(e: KeyboardEvent, panel: Panel): boolean {
  switch (e.key) {
    case 'ArrowLeft':
      e.shiftKey ? panel.panBy(-PAN_STEP, 0) : panel.step(-1);
      return true;
    case 'ArrowRight':
      e.shiftKey ? panel.panBy(PAN_STEP, 0) : panel.step(1);
      return true;
    case 'ArrowUp':
      e.shiftKey ? panel.panBy(0, -PAN_STEP) : panel.stepRow(-1);
      return true;
    case 'ArrowDown':
      e.shiftKey ? panel.panBy(0, PAN_STEP) : panel.stepRow(1);
      return true;
    case '+':
    case '=':
      panel.zoomBy(1 / ZOOM_STEP);
      return true;
    case '-':
      panel.zoomBy(ZOOM_STEP);
      return true;
    case '0':
      panel.fitAll();
      return true;
    case 'f':
    case 'F':
      panel.toggleFollow();
      return true;
    case 'Escape':
      panel.select(undefined, false);
      return true;
    default:
      return edgeKey(e, panel);
  }
}

function listKey(e: KeyboardEvent, panel: Panel): boolean {
  if (e.key === 'ArrowUp' || e.key === 'ArrowDown') {
    panel.stepAll(e.key === 'ArrowUp' ? -1 : 1);
    return true;
  }
  return edgeKey(e, panel);
}

function edgeKey(e: KeyboardEvent, panel: Panel): boolean {
  if (e.key === 'Home') panel.first();
  else if (e.key === 'End') panel.last();
  else if (e.key === 'Enter') panel.goTo();
  else return false;
  return true;
}
