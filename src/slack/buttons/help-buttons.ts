import { helpMessage } from '../messages/answers/help-message.ts';
import { TOPIC_VALUE } from '../messages/kit/button-value.ts';
import { textsInPlace, withValue } from './click.ts';

/** *Share* on the help. */
export const shareHelp = withValue(TOPIC_VALUE, async ({ actor, channelTexts, reply }, { topic }) =>
  reply.publicly(helpMessage(channelTexts, topic, actor.channelId, actor.userId)),
);

/** *All commands* on the short help. */
export const showHelp = withValue(TOPIC_VALUE, async (request, { topic }) =>
  request.reply.inPlace(helpMessage(textsInPlace(request), topic, request.actor.channelId)),
);
