import { setMark } from '../../../domain/consent.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import { ACTIONS, MAX_ENDED_THERE, THERE_VALUE } from './button-value.ts';
import type { ButtonSpec } from './message.ts';
import type { Texts } from './texts.ts';

/** *End them*, for what another channel watches; none where there is nothing to end. */
export function endThereButtons(texts: Texts, channelId: string, jobs: readonly JobId[]): readonly ButtonSpec[] {
  if (jobs.length === 0) return [];
  const set = jobs.length > MAX_ENDED_THERE ? { set: setMark(jobs) } : { jobs };
  const value = THERE_VALUE.encode({ channel: channelId, ...set });
  return [{ text: texts.get('button.end_there', { count: jobs.length }), actionId: ACTIONS.endThere, value }];
}
