import type { EpochMs } from '../../../domain/base/time.ts';
import { dateAndTime } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** That the schedule pauses, and when the next look is; nothing while it does not. */
export function pauseLines(texts: Texts, pausedUntil: EpochMs | null): readonly string[] {
  return pausedUntil === null ? [] : [texts.get('schedule.pause', { next: dateAndTime(pausedUntil) })];
}
