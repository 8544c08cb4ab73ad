import { listSubscriptions } from '../../use-cases/list-subscriptions.ts';
import { showStatus } from '../../use-cases/show-status.ts';
import { subscribe } from '../../use-cases/subscribe.ts';
import { unsubscribe } from '../../use-cases/unsubscribe.ts';
import type { Actor } from '../../ports.ts';
import { helpMessage, usageMessage } from '../messages/help-message.ts';
import { listMessage } from '../messages/list-message.ts';
import { lines } from '../messages/message.ts';
import { statusMessage } from '../messages/status-message.ts';
import {
  confirmUnsubscribeAll,
  nothingSubscribed,
  subscribeAnswer,
  unsubscribeAnswer,
} from '../messages/subscription-answers.ts';
import type { Reply } from '../reply.ts';
import type { SlackContext } from '../slack-context.ts';
import { parseCommand } from './parse-command.ts';
import type { Command } from './parse-command.ts';

/** Carries out what somebody typed after the slash command and answers. */
export async function handleCommand(slack: SlackContext, actor: Actor, text: string, reply: Reply): Promise<void> {
  const parsed = parseCommand(unescape(text));
  if (parsed.ok) await carryOut(slack, actor, parsed.command, reply);
  else await reply.privately(usageMessage(parsed.error, slack.names.command));
}

async function carryOut(slack: SlackContext, actor: Actor, command: Command, reply: Reply): Promise<void> {
  const { useCases, names } = slack;
  switch (command.kind) {
    case 'help':
      return await reply.privately(helpMessage(names.command));
    case 'list':
      return await reply.privately(listMessage(await listSubscriptions(useCases, actor), names));
    case 'status': {
      const answer = await showStatus(useCases, actor, command.jobs);
      const message = statusMessage(answer, names.command, useCases.clock.now());
      return command.isPublic ? await reply.publicly(message) : await reply.privately(message);
    }
    case 'subscribe': {
      const outcome = await subscribe(useCases, actor, command.jobs);
      return await reply.privately(subscribeAnswer(outcome, names, useCases.clock.now()));
    }
    case 'unsubscribe':
      return await reply.privately(unsubscribeAnswer(await unsubscribe(useCases, actor, command.jobs), names.command));
    case 'unsubscribe_all': {
      const { subscriptions } = await listSubscriptions(useCases, actor);
      return await reply.privately(
        subscriptions.length === 0
          ? lines(nothingSubscribed(names.command))
          : confirmUnsubscribeAll(subscriptions.length),
      );
    }
  }
}

/** Slack sends `&`, `<` and `>` escaped (docs.slack.dev, "Formatting message text"). */
function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
