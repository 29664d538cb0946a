// Calendar time: 100 ns units since 1601-01-01 (a Monday, Gregorian) to fields and back. Written out in whole numbers, because the host's Date is no
// part of the simulated machine. Local time of that machine is UTC.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { TIME_FIELDS as F } from '../layouts.gen.js';

const SECOND = 10_000_000n;
const DAY = 86_400n * SECOND;
export const EPOCH_1970 = 11_644_473_600n; // seconds from 1601 to 1970
const EPOCH_1980 = 11_960_006_400n;

const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysIn = (year: number, month: number): number => (month === 2 && leap(year) ? 29 : MONTHS[month - 1]);
/** Days from 1601-01-01 to January 1 of a year. */
const daysBefore = (year: number): number => {
  const y = year - 1601;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
};

export interface TimeFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly milliseconds: number;
  /** 0 = Sunday. */
  readonly weekday: number;
}

/** Fields of a system time (>= 0, 100 ns since 1601). */
export function timeFields(time: bigint): TimeFields {
  const days = Number(time / DAY);
  const ms = Number((time % DAY) / 10_000n);
  let year = 1601 + Math.floor(days / 365.2425);
  while (daysBefore(year + 1) <= days) year++;
  while (daysBefore(year) > days) year--;
  let day = days - daysBefore(year);
  let month = 1;
  while (day >= daysIn(year, month)) day -= daysIn(year, month++);
  return {
    year,
    month,
    day: day + 1,
    hour: Math.floor(ms / 3_600_000),
    minute: Math.floor(ms / 60_000) % 60,
    second: Math.floor(ms / 1000) % 60,
    milliseconds: ms % 1000,
    weekday: (days + 1) % 7,
  };
}

/** System time of fields, or undefined when they name no moment (weekday is not looked at). */
export function timeOf(t: TimeFields): bigint | undefined {
  const inRange =
    t.year >= 1601 &&
    t.year <= 30827 &&
    t.month >= 1 &&
    t.month <= 12 &&
    t.day >= 1 &&
    t.hour >= 0 &&
    t.hour < 24 &&
    t.minute >= 0 &&
    t.minute < 60 &&
    t.second >= 0 &&
    t.second < 60 &&
    t.milliseconds >= 0 &&
    t.milliseconds < 1000;
  if (!inRange || t.day > daysIn(t.year, t.month)) return undefined;
  let days = daysBefore(t.year) + t.day - 1;
  for (let m = 1; m < t.month; m++) days += daysIn(t.year, m);
  return BigInt(days) * DAY + BigInt(((t.hour * 60 + t.minute) * 60 + t.second) * 1000 + t.milliseconds) * 10_000n;
}

const PLACES = [
  ['year', F.Year],
  ['month', F.Month],
  ['day', F.Day],
  ['hour', F.Hour],
  ['minute', F.Minute],
  ['second', F.Second],
  ['milliseconds', F.Milliseconds],
  ['weekday', F.Weekday],
] as const;

function readFields(k: Kernel, at: Addr): TimeFields {
  return Object.fromEntries(PLACES.map(([name, o]) => [name, k.mem.checked.i16(at + o)])) as unknown as TimeFields;
}

const toSeconds = (name: string, epoch: bigint): KernelRoutine => ({
  name,
  step(k, f) {
    const seconds = k.mem.checked.i64(f.ptr(0)) / SECOND - epoch;
    if (seconds < 0n || seconds > 0xffffffffn) return k.return(0);
    k.mem.checked.setU32(f.ptr(1), Number(seconds));
    return k.return(1);
  },
});
const fromSeconds = (name: string, epoch: bigint): KernelRoutine => ({
  name,
  step(k, f) {
    k.mem.checked.setI64(f.ptr(1), (BigInt(f.u32(0)) + epoch) * SECOND);
    return k.returnVoid();
  },
});
const same = (name: string): KernelRoutine => ({
  name,
  step(k, f) {
    k.mem.checked.setI64(f.ptr(1), k.mem.checked.i64(f.ptr(0)));
    return k.returnVoid();
  },
});

export const routines: KernelRoutine[] = [
  {
    name: 'RtlTimeToTimeFields',
    step(k, f) {
      const time = k.mem.checked.i64(f.ptr(0));
      const fields = timeFields(time < 0n ? 0n : time);
      for (const [name, o] of PLACES) k.mem.checked.setU16(f.ptr(1) + o, fields[name]);
      return k.returnVoid();
    },
  },
  {
    name: 'RtlTimeFieldsToTime',
    step(k, f) {
      const time = timeOf(readFields(k, f.ptr(0)));
      if (time === undefined) return k.return(0);
      k.mem.checked.setI64(f.ptr(1), time);
      return k.return(1);
    },
  },
  toSeconds('RtlTimeToSecondsSince1970', EPOCH_1970),
  toSeconds('RtlTimeToSecondsSince1980', EPOCH_1980),
  fromSeconds('RtlSecondsSince1970ToTime', EPOCH_1970),
  fromSeconds('RtlSecondsSince1980ToTime', EPOCH_1980),
  same('ExSystemTimeToLocalTime'),
  same('ExLocalTimeToSystemTime'),
];
