// Colours as the rasteriser wants them, read from the theme's CSS variables. Pure: the caller says how a variable is looked up.

/** 0xAABBGGRR, as a Uint32Array over ImageData has it. */
export type Pixel = number;

export interface Palette {
  readonly background: Pixel;
  readonly alternate: Pixel;
  readonly threads: readonly Pixel[];
  readonly ready: Pixel;
  readonly standby: Pixel;
  readonly waiting: Pixel;
  readonly dpc: Pixel;
  readonly spin: Pixel;
  readonly inside: Pixel;
  readonly locks: Pixel;
  readonly irql: readonly [apc: Pixel, dispatch: Pixel, device: Pixel];
  readonly tick: Pixel;
  readonly edge: Pixel;
  readonly alarm: Pixel;
}

const channel = (text: string): number => (text.endsWith('%') ? Number.parseFloat(text) * 2.55 : Number.parseFloat(text));

/** Reads `#rgb`, `#rrggbb`, `#rrggbbaa` and `rgb()`/`rgba()`; undefined for anything else. */
export function parseColor(text: string): Pixel | undefined {
  const t = text.trim();
  const hex = /^#([0-9a-f]{3,8})$/i.exec(t)?.[1];
  if (hex) {
    const full = hex.length < 6 ? [...hex].map((c) => c + c).join('') : hex;
    if (full.length !== 6 && full.length !== 8) return undefined;
    const n = [0, 2, 4, 6].map((i) => (i < full.length ? Number.parseInt(full.slice(i, i + 2), 16) : 255));
    return pack(n[0], n[1], n[2], n[3]);
  }
  const m = /^rgba?\(\s*([\d.]+%?)[\s,]+([\d.]+%?)[\s,]+([\d.]+%?)(?:[\s,/]+([\d.]+%?))?\s*\)$/i.exec(t);
  if (!m) return undefined;
  const alpha = m[4] === undefined ? 1 : m[4].endsWith('%') ? Number.parseFloat(m[4]) / 100 : Number.parseFloat(m[4]);
  return pack(channel(m[1]), channel(m[2]), channel(m[3]), alpha * 255);
}

function pack(r: number, g: number, b: number, a: number): Pixel {
  const byte = (v: number): number => Math.min(255, Math.max(0, Math.round(v)));
  return ((byte(a) << 24) | (byte(b) << 16) | (byte(g) << 8) | byte(r)) >>> 0;
}

/** A share of `over` on `under`; the result is opaque. */
export function mix(under: Pixel, over: Pixel, share: number): Pixel {
  const part = (shift: number): number => {
    const u = (under >>> shift) & 0xff;
    const o = (over >>> shift) & 0xff;
    return Math.round(u + (o - u) * share);
  };
  return ((0xff << 24) | (part(16) << 16) | (part(8) << 8) | part(0)) >>> 0;
}

const alphaOf = (p: Pixel): number => (p >>> 24) / 255;

const THREADS = ['charts-blue', 'charts-green', 'charts-purple', 'charts-orange', 'terminal-ansiCyan', 'terminal-ansiMagenta'];

/** The palette of a theme. `variable` answers the value of `--vscode-<name>`, or an empty text. */
export function paletteOf(variable: (name: string) => string, highContrast = false): Palette {
  const read = (name: string, fallback: string): Pixel => parseColor(variable(name)) ?? (parseColor(fallback) as Pixel);
  const background = read('editor-background', '#1f1f1f');
  const foreground = read('editor-foreground', '#cccccc');
  const solid = (p: Pixel): Pixel => mix(background, p, alphaOf(p));
  const fallbacks = ['#3794ff', '#89d185', '#b180d7', '#d18616', '#11a8cd', '#bc3fbc'];
  const base = THREADS.map((name, i) => solid(read(name, fallbacks[i])));
  const strength = highContrast ? 1 : 0.85;
  const yellow = solid(read('charts-yellow', '#cca700'));
  const red = solid(read('charts-red', '#f14c4c'));
  return {
    background,
    alternate: mix(background, foreground, highContrast ? 0 : 0.04),
    threads: [...base.map((p) => mix(background, p, strength)), ...base.map((p) => mix(foreground, p, 0.6))],
    ready: mix(background, yellow, highContrast ? 1 : 0.75),
    standby: mix(background, yellow, highContrast ? 0.75 : 0.5),
    waiting: mix(background, foreground, highContrast ? 0.8 : 0.35),
    dpc: mix(red, foreground, 0.2),
    spin: red,
    inside: mix(background, solid(read('charts-purple', '#b180d7')), 0.9),
    locks: mix(background, solid(read('charts-orange', '#d18616')), 0.9),
    irql: [mix(background, yellow, 0.5), mix(yellow, red, 0.5), red],
    tick: mix(background, foreground, highContrast ? 1 : 0.55),
    edge: background,
    alarm: red,
  };
}
