import { SECOND } from '../../../domain/base/time.ts';
import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/**
 * After *Refresh* so soon that DRS was not asked again.
 *
 * @param ageMs how old the figure is
 * @param leastMs the least time between two questions about a job
 */
export function justCheckedMessage(texts: Texts, ageMs: number, leastMs: number): SlackMessage {
  const seconds = (ms: number) => Math.max(1, Math.round(ms / SECOND));
  return lines(texts.get('answer.just_checked', { age: seconds(ageMs), least: seconds(leastMs) }));
}
