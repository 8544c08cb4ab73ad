import { isDirectMessage } from '../../domain/conversation.ts';
import { staleButtonMessage } from '../messages/answers/stale-button-message.ts';
import { decodeJobs, decodePage } from '../messages/kit/button-value.ts';
import type { JobsValue, PageValue } from '../messages/kit/button-value.ts';
import type { Texts } from '../messages/kit/texts.ts';
import type { Click } from '../parsing/parse-interaction.ts';
import type { Request } from '../requests/request.ts';

/** A click being carried out. */
export interface ClickRequest extends Request {
  readonly click: Click;
}

/** Carries out what a button stands for. */
export type ClickHandler = (request: ClickRequest) => Promise<void>;

/** A handler of buttons that name jobs; a value this version would not have written gets a sentence. */
export function withJobs(handle: (request: ClickRequest, value: JobsValue) => Promise<void>): ClickHandler {
  return withValue(decodeJobs, handle);
}

/** A handler of buttons of the list of jobs. */
export function withPage(handle: (request: ClickRequest, value: PageValue) => Promise<void>): ClickHandler {
  return withValue(decodePage, handle);
}

/** A handler of buttons whose value `decode` reads; null or undefined where it is none of this version. */
export function withValue<Value>(
  decode: (text: string | undefined) => Value | null,
  handle: (request: ClickRequest, value: Value) => Promise<void>,
): ClickHandler {
  return async (request) => {
    const value = decode(request.click.value);
    await (value === null ? answerStale(request) : handle(request, value));
  };
}

/** Says that the message is too old for its buttons. */
export async function answerStale({ personTexts, reply }: Request): Promise<void> {
  await reply.privately(staleButtonMessage(personTexts));
}

/** The texts of the message the button is on: everybody reads a channel's, one person an ephemeral or direct one. */
export function textsInPlace({ click, personTexts, channelTexts, actor }: ClickRequest): Texts {
  return click.messageTs === null || isDirectMessage(actor.channelId) ? personTexts : channelTexts;
}
