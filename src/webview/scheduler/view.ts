// Which part of the run is seen: left edge in virtual time, steps a pixel, scroll position of the lanes. Plain arithmetic on values that never change.

export interface View {
  /** Virtual time (steps) at the left edge of the lanes. */
  readonly left: number;
  /** Steps of virtual time a CSS pixel. */
  readonly scale: number;
  /** Pixels that the lanes are scrolled down. */
  readonly top: number;
  /** Size of the lanes' area in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Keep the newest event in sight. */
  readonly following: boolean;
}

/** What there is to see. */
export interface Extent {
  readonly begin: number;
  readonly end: number;
  /** Height of all lanes in CSS pixels. */
  readonly height: number;
}

/** A step is at most this many pixels wide: nothing happens within one. */
const WIDEST_STEP = 20;
const MARGIN = 0.02;

export const timeAt = (v: View, x: number): number => v.left + x * v.scale;
export const xOf = (v: View, time: number): number => (time - v.left) / v.scale;

/** All of it. */
export function fit(v: View, e: Extent): View {
  const span = Math.max(1, e.end - e.begin);
  const scale = Math.max((span * (1 + 2 * MARGIN)) / Math.max(1, v.width), 1 / WIDEST_STEP);
  return clamp({ ...v, scale, left: e.begin - span * MARGIN }, e);
}

/** Zooms by a factor (below 1: closer) and keeps the time under `x` where it is. */
export function zoom(v: View, e: Extent, factor: number, x: number): View {
  const widest = (Math.max(1, e.end - e.begin) * (1 + 2 * MARGIN)) / Math.max(1, v.width);
  const scale = Math.min(Math.max(v.scale * factor, 1 / WIDEST_STEP), Math.max(widest, 1 / WIDEST_STEP));
  return clamp({ ...v, scale, left: timeAt(v, x) - x * scale }, e);
}

/** Moves the picture by pixels. */
export function pan(v: View, e: Extent, dx: number, dy = 0): View {
  return clamp({ ...v, left: v.left + dx * v.scale, top: v.top + dy, following: dx === 0 ? v.following : false }, e);
}

/** The newest event at the right edge, at the present scale; everything while it still fits. */
export function follow(v: View, e: Extent): View {
  const span = (e.end - e.begin) * (1 + 2 * MARGIN);
  if (span <= v.width * v.scale) return clamp({ ...v, left: e.begin - (e.end - e.begin) * MARGIN }, e);
  return clamp({ ...v, left: e.end - v.width * v.scale * (1 - MARGIN) }, e);
}

/** Moves as little as needed to see a time. */
export function reveal(v: View, e: Extent, time: number): View {
  const x = xOf(v, time);
  const edge = Math.min(40, v.width / 4);
  if (x >= edge && x <= v.width - edge) return v;
  return clamp({ ...v, left: time - (v.width / 2) * v.scale, following: false }, e);
}

/** Moves the lanes as little as needed to see the pixels [top, bottom) of them. */
export function revealRow(v: View, e: Extent, top: number, bottom: number): View {
  if (top < v.top) return clamp({ ...v, top }, e);
  if (bottom > v.top + v.height) return clamp({ ...v, top: bottom - v.height }, e);
  return v;
}

/** Keeps at least a part of the run in sight. */
export function clamp(v: View, e: Extent): View {
  const seen = v.width * v.scale;
  const least = Math.min(seen, Math.max(1, e.end - e.begin)) * 0.1;
  const left = Math.min(Math.max(v.left, e.begin - seen + least), e.end - least);
  const top = Math.min(Math.max(v.top, 0), Math.max(0, e.height - v.height));
  return { ...v, left, top };
}

/** Times for the axis: round numbers of nanoseconds, about one each `every` pixels. */
export function axis(v: View, stepNs: number, every = 110): { readonly time: number; readonly label: string }[] {
  const wanted = every * v.scale * stepNs;
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1e-9)));
  const unit = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= wanted) ?? 10 * power;
  const out = [];
  const last = timeAt(v, v.width) * stepNs;
  for (let n = Math.max(0, Math.ceil((v.left * stepNs) / unit)); n * unit <= last; n++) {
    out.push({ time: (n * unit) / stepNs, label: formatTime(n * unit, unit) });
  }
  return out;
}

/** `1.25 ms`; `resolution` (nanoseconds) says how many digits make sense. */
export function formatTime(ns: number, resolution = 1): string {
  const [size, unit] = ns >= 1e9 ? [1e9, 's'] : ns >= 1e6 ? [1e6, 'ms'] : ns >= 1e3 ? [1e3, 'µs'] : [1, 'ns'];
  const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(resolution / size) - 1e-9)));
  return `${(ns / size).toFixed(digits)} ${unit}`;
}
