import { helpMessage } from '../messages/answers/help-message.ts';
import { TOPIC_VALUE } from '../messages/kit/button-value.ts';
import { withValue } from './click.ts';

/** *Share to channel* on the help. */
export const shareHelp = withValue(TOPIC_VALUE, async ({ actor, channelTexts, reply }, { topic }) =>
  reply.publicly(helpMessage(channelTexts, topic, actor.channelId, actor.userId)),
);
