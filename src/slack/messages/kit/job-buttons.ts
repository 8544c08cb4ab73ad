import { isDirectMessage } from '../../../domain/conversation.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import { ACTIONS, JOBS_VALUE } from './button-value.ts';
import { footer } from './message.ts';
import type { ButtonSpec, Part } from './message.ts';
import { mention } from './mrkdwn.ts';
import type { Texts } from './texts.ts';

/** *Open console*, which opens the DRS console; none where no console is known. */
export function consoleButton(
  texts: Texts,
  job: { readonly jobId: JobId; readonly jobType: string | null },
): readonly ButtonSpec[] {
  const url = texts.consoleUrl(job);
  return url === null ? [] : [{ text: texts.get('button.console'), actionId: ACTIONS.openConsole, url }];
}

/** *Raw DRS fields* of a job; whoever presses it is answered alone. */
export function rawButton(texts: Texts, { jobId }: { readonly jobId: JobId }): ButtonSpec {
  return { text: texts.get('button.raw'), actionId: ACTIONS.showRaw, value: JOBS_VALUE.encode({ jobs: [jobId] }) };
}

/** *Last log lines* of a failed job; whoever presses it is answered alone. */
export function logButton(texts: Texts, { jobId }: { readonly jobId: JobId }): ButtonSpec {
  const value = JOBS_VALUE.encode({ jobs: [jobId] });
  return { text: texts.get('button.last_log_lines'), actionId: ACTIONS.lastLogLines, value };
}

/** *Watch here*, or *Notify me* in a direct message. */
export function subscribeLabel(texts: Texts, channelId: string): string {
  return texts.get(isDirectMessage(channelId) ? 'button.subscribe_dm' : 'button.subscribe');
}

/** *Share*; none in a direct message, where there is nobody else. */
export function shareButton(
  texts: Texts,
  channelId: string,
  button: Pick<ButtonSpec, 'actionId' | 'value'>,
): readonly ButtonSpec[] {
  return isDirectMessage(channelId) ? [] : [{ text: texts.get('button.share'), ...button }];
}

/** The buttons of an answer, which are its reader's own; of one that was shown to everybody, who did that. */
export function buttonsOrSharedBy(texts: Texts, sharedBy: string | undefined, buttons: readonly ButtonSpec[]): Part {
  return sharedBy === undefined ? { kind: 'buttons', buttons } : sharedByPart(texts, sharedBy);
}

/** Who showed an answer to everybody. */
export function sharedByPart(texts: Texts, sharedBy: string): Part {
  return footer(texts.get('answer.shared', { who: mention(sharedBy) }));
}
