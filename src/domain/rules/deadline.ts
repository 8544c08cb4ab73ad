import { DAY } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import type { RuleInput } from './rule-input.ts';
import type { Outage } from './outage.ts';
import { MIN_READINGS } from './rule-settings.ts';

/** A deadline is told when less than this is left, in ms. */
const NEAR_MS = DAY;

/** Tells once, while a job has failed or is paused, that DRS will end it within 24 h. */
export function stepDeadline(outage: Outage | null, { now, course, facts }: RuleInput): Step<Outage | null> {
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
