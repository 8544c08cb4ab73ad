import { DAY, MINUTE } from './time.ts';
import type { EpochMs } from './time.ts';

/** A moment as somebody says it: a time of day, and a day where one was named. */
export interface SpokenMoment {
  /** As it was typed. */
  readonly typed: string;
  readonly hour: number;
  readonly minute: number;
  /** `next`: the next time that the clock says so. Sunday is 0. */
  readonly day:
    | { readonly kind: 'next' }
    | { readonly kind: 'weekday'; readonly weekday: number }
    | { readonly kind: 'date'; readonly date: CalendarDate };
}

/** A day of the calendar; January is 1. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A weekday comes again within so many days. */
const DAYS_OF_A_WEEK = 7;

/**
 * The moment that is meant in a time zone: the next one after `now`, unless a date was named. A time that a change to summer
 * time leaves out is taken for as much later; of one that comes twice the first counts.
 */
export function momentMeant({ day, hour, minute }: SpokenMoment, zone: string, now: EpochMs): EpochMs {
  const offsetAt = offsetsOf(zone);
  const inDay = (60 * hour + minute) * MINUTE;
  if (day.kind === 'date') return toEpoch(midnightUtc(day.date) + inDay, offsetAt);
  const today = Math.floor((now + offsetAt(now)) / DAY) * DAY;
  for (let days = 0; days <= DAYS_OF_A_WEEK; days += 1) {
    const midnight = today + days * DAY;
    const at = toEpoch(midnight + inDay, offsetAt);
    if (at > now && (day.kind === 'next' || new Date(midnight).getUTCDay() === day.weekday)) return at;
  }
  // Within eight days every time of day of every weekday has come.
  return toEpoch(today + (DAYS_OF_A_WEEK + 1) * DAY + inDay, offsetAt);
}

/** Whether there is such a day. */
export function isCalendarDate(date: CalendarDate): boolean {
  const { year, month, day } = date;
  const at = new Date(midnightUtc(date));
  return at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

function midnightUtc({ year, month, day }: CalendarDate): EpochMs {
  return Date.UTC(year, month - 1, day);
}

/** How far the clock of a zone is ahead of UTC at a moment, in ms. */
type OffsetAt = (at: EpochMs) => number;

/** @param wall what the clock of the zone says, as if it were UTC */
function toEpoch(wall: EpochMs, offsetAt: OffsetAt): EpochMs {
  const [before, after] = [wall - offsetAt(wall - DAY), wall - offsetAt(wall + DAY)];
  const real = [before, after].filter((at) => at + offsetAt(at) === wall);
  return real.length === 0 ? before : Math.min(...real);
}

function offsetsOf(zone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const [year = 0, month = 1, day = 1] = [parts.get('year'), parts.get('month'), parts.get('day')];
    const wall = Date.UTC(year, month - 1, day, parts.get('hour'), parts.get('minute'));
    return wall - Math.floor(at / MINUTE) * MINUTE;
  };
}
