// How the session stands at the moment that it shows, and how a stop in the past says so.
import type { ExceptionInfo, Stop } from './types.js';

/** Kept for the present while the view is in the past. */
export class Standing {
  /** The machine stands before a step whose break byte is set and has been told; the next run goes over it. */
  skipBreak = false;
  exception: ExceptionInfo | undefined;
  /** The end of the run was shown. */
  endShown = false;
  /** Where and when the last stop at a break byte was: the same again without progress is the same stop, met after an interrupt. */
  lastBreak = '';
}

const REASONS: Readonly<Record<Stop['reason'], string>> = {
  entry: 'Paused on entry',
  breakpoint: 'Paused on breakpoint',
  step: 'Paused on step',
  pause: 'Paused',
  exception: 'Paused on exception',
  goto: 'Moved',
};

export function toldAsPast(stop: Stop, position: string): Stop {
  const where = `in the past, at ${position}`;
  return {
    ...stop,
    description: `${stop.description ?? REASONS[stop.reason]}, ${where}`,
    text: stop.text ? `${where}: ${stop.text}` : where,
  };
}
