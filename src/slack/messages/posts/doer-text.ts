import { HOUR } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { Doer } from '../../../domain/job/timeline.ts';
import type { MessageKey } from '../../../words/en.ts';
import { dateAndTime, escapeMrkdwn, timeOfDay } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Keys of who did something, and when. */
type DoerKey = Extract<MessageKey, `told.${'paused' | 'resumed' | 'ended'}_by` | 'told.resumed_by_part'>;

/** A time that is no longer before the message needs no day, in ms. */
const MAX_SAME_DAY_MS = 6 * HOUR;

/**
 * `Paused by ada at 02:09`; null while nobody knows.
 *
 * @param noticedAt when the change was noticed
 */
export function doerText(texts: Texts, key: DoerKey, doer: Doer | null, noticedAt: EpochMs): string | null {
  if (doer === null) return null;
  const at = noticedAt - doer.at > MAX_SAME_DAY_MS ? dateAndTime(doer.at) : timeOfDay(doer.at);
  return texts.get(key, { who: escapeMrkdwn(doer.userName), at });
}
