import { isDirectMessage } from '../../../domain/conversation.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import { ACTIONS } from './button-value.ts';
import type { ButtonSpec } from './message.ts';
import type { Voice } from './texts.ts';

/** *Console*, which opens the DRS console; none where no console is known. */
export function consoleButton(
  voice: Voice,
  job: { readonly jobId: JobId; readonly jobType: string | null },
): readonly ButtonSpec[] {
  const url = voice.consoleUrl(job);
  return url === null ? [] : [{ text: voice.say('button.console'), actionId: ACTIONS.openConsole, url }];
}

/** *Subscribe channel*, or *Notify me* in a direct message. */
export function subscribeLabel(voice: Voice, channelId: string): string {
  return voice.say(isDirectMessage(channelId) ? 'button.subscribe_dm' : 'button.subscribe');
}

/** *Share to channel*; none in a direct message, where there is nobody else. */
export function shareButton(
  voice: Voice,
  channelId: string,
  button: Pick<ButtonSpec, 'actionId' | 'value'>,
): readonly ButtonSpec[] {
  return isDirectMessage(channelId) ? [] : [{ text: voice.say('button.share'), ...button }];
}
