import { DAY } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import type { Look } from './look.ts';
import type { Outage } from './outage.ts';
import { MIN_READINGS } from './rule-settings.ts';

/** After how long DRS ends a job by itself that stays as it is, in ms. */
export interface Expiry {
  readonly afterMs: number;
  /** False while nobody could read the job's own setting: then it is DRS's default. */
  readonly isConfirmed: boolean;
}

/** DRS's default of `expired_days` (v5 job detail), and what a job has that failed to be created. */
const DEFAULT_EXPIRED_DAYS = 14;
const CREATE_FAILED_DAYS = 3;
/** A deadline is told when less than this is left, in ms. */
const NEAR_MS = DAY;

/**
 * "Abnormal jobs are ended by DRS after `expired_days` (v5; 14 by default, 'not confirmed' if unread; prepaid none;
 * `CREATE_FAILED` 3 days) and billed until then."
 *
 * @param expiredDays the job's own setting; null when it could not be read
 */
export function expiryOf(status: string, expiredDays: number | null, isPrepaid: boolean): Expiry | null {
  if (isPrepaid) return null;
  if (status === 'CREATE_FAILED') return { afterMs: CREATE_FAILED_DAYS * DAY, isConfirmed: true };
  return { afterMs: (expiredDays ?? DEFAULT_EXPIRED_DAYS) * DAY, isConfirmed: expiredDays !== null };
}

/** Tells once, while a job has failed or is paused, that DRS will end it within 24 h. */
export function stepDeadline(outage: Outage | null, { now, course, facts }: Look): Step<Outage | null> {
  if (outage === null) return keepSilent(outage, 'other_status');
  const { expiry } = facts;
  if (expiry === null) return keepSilent(outage, 'off');
  if (course.inRow < MIN_READINGS) return keepSilent(outage, 'too_few_readings');
  const at = outage.since + expiry.afterMs;
  if (at - now > NEAR_MS) return keepSilent(outage, 'not_lasting');
  if (outage.isDeadlineTold) return keepSilent(outage, 'told');
  return tell(
    { ...outage, isDeadlineTold: true },
    { kind: 'deadline_near', at, isConfirmed: expiry.isConfirmed, startSeen: outage.startSeen },
  );
}
