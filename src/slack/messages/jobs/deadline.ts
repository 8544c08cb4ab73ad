import type { EpochMs } from '../../../domain/base/time.ts';
import type { Expiry } from '../../../domain/rules/expiry.ts';
import { day } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** `DRS ends it by 14 Dec (not confirmed)`, of a job that has been abnormal since `since`. */
export function endText(
  texts: Texts,
  { afterMs, isConfirmed }: Expiry,
  since: EpochMs,
  key: 'told.perhaps_billed' | 'told.billed' = 'told.perhaps_billed',
): string {
  return texts.get(isConfirmed ? key : `${key}_not_confirmed`, { day: day(since + afterMs) });
}
