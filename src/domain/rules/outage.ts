import { DAY, HOUR } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { isOver, isWorking } from '../job/job-status.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import type { RuleInput } from './rule-input.ts';
import { MIN_READINGS } from './rule-settings.ts';

/** A job that has failed, or is paused, and of what people were reminded. */
export interface Outage {
  readonly kind: 'failed' | 'paused';
  readonly since: EpochMs;
  /** False when it was so at the first look: then it lasts at least that long. */
  readonly startSeen: boolean;
  /** Reminders that were due so far. */
  readonly reminders: number;
  readonly isDeadlineTold: boolean;
}

/** When people are reminded, in ms since it began; then daily. */
const REMINDERS = { failed: [HOUR, 4 * HOUR], paused: [12 * HOUR] } as const;

/**
 * The outage with one more sample. A passing status (starting, upgrading, …) leaves it as it is, and so does one that this
 * version does not know.
 */
export function followOutage(before: Outage | null, { now, previousGroup, course }: RuleInput): Outage | null {
  const { group } = course;
  if (group === null || isWorking(group) || isOver(group)) return null;
  if (group !== 'failed' && group !== 'paused') return before;
  if (before?.kind === group) return { ...before, since: Math.min(before.since, now) };
  return { kind: group, since: now, startSeen: previousGroup !== null, reminders: 0, isDeadlineTold: false };
}

/** "Paused: reminders at 12 h, 24 h, then daily. Still failing: 1 h, 4 h, then daily." Of several that were missed, one is told. */
export function stepReminder(outage: Outage | null, { now, course, facts }: RuleInput): Step<Outage | null> {
  if (outage === null || course.group !== outage.kind) return keepSilent(outage, 'other_status');
  if (course.inRow < MIN_READINGS) return keepSilent(outage, 'too_few_readings');
  const due = remindersDue(outage, now);
  if (due <= outage.reminders) return keepSilent(outage, outage.reminders > 0 ? 'told' : 'not_lasting');
  const next = { ...outage, reminders: due };
  if (facts.isFlapping) return keepSilent(next, 'flapping');
  const { since, startSeen } = outage;
  return tell(next, { kind: outage.kind === 'failed' ? 'still_failing' : 'still_paused', since, startSeen });
}

function remindersDue({ kind, since }: Outage, now: EpochMs): number {
  const lastedMs = now - since;
  return REMINDERS[kind].filter((dueMs) => lastedMs >= dueMs).length + Math.floor(lastedMs / DAY);
}
