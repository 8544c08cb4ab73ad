import { isDirectMessage } from '../../domain/conversation.ts';
import { staleButtonMessage } from '../messages/answers/stale-button-message.ts';
import type { ValueCodec } from '../messages/kit/button-value.ts';
import type { Texts } from '../messages/kit/texts.ts';
import type { Click } from '../parsing/parse-interaction.ts';
import type { Request } from '../requests/request.ts';

/** A click being carried out. */
export interface ClickRequest extends Request {
  readonly click: Click;
}

/** Carries out what a button stands for. */
export type ClickHandler = (request: ClickRequest) => Promise<void>;

/** A handler of buttons that carry a value; one that this version would not have written gets a sentence. */
export function withValue<Value>(
  codec: ValueCodec<Value>,
  handle: (request: ClickRequest, value: Value) => Promise<void>,
): ClickHandler {
  return async (request) => {
    const value = codec.decode(request.click.value);
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
