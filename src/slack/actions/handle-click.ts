import type { Actor } from '../../ports.ts';
import { listSubscriptions } from '../../use-cases/list-subscriptions.ts';
import { refreshPost } from '../../use-cases/refresh-post.ts';
import { lookForChannel } from '../../use-cases/show-status.ts';
import { subscribe } from '../../use-cases/subscribe.ts';
import { unsubscribe, unsubscribeAll } from '../../use-cases/unsubscribe.ts';
import type { Click } from '../interaction.ts';
import { staleButtonMessage } from '../messages/help-message.ts';
import { listMessage } from '../messages/list-message.ts';
import { postMessage } from '../messages/post-message.ts';
import { statusMessage } from '../messages/status-message.ts';
import { keptAll, subscribeAnswer, unsubscribeAnswer, unsubscribedAll } from '../messages/subscription-answers.ts';
import type { Reply } from '../reply.ts';
import type { SlackContext } from '../slack-context.ts';
import { ACTIONS, decodeJobs, decodePost } from './button-value.ts';
import type { JobsValue } from './button-value.ts';

type ClickHandler = (slack: SlackContext, actor: Actor, click: Click, reply: Reply) => Promise<void>;

const HANDLERS: Readonly<Record<string, ClickHandler>> = {
  [ACTIONS.refreshStatus]: withJobs(refreshStatus),
  [ACTIONS.refreshPost]: refreshToldPost,
  [ACTIONS.subscribe]: withJobs(subscribeTarget),
  [ACTIONS.unsubscribe]: withJobs(unsubscribeTarget),
  [ACTIONS.unsubscribeListed]: withJobs(unsubscribeListed),
  [ACTIONS.unsubscribeAll]: async (slack, actor, _click, reply) =>
    reply.inPlace(unsubscribedAll(await unsubscribeAll(slack.useCases, actor), slack.names.command)),
  [ACTIONS.keepAll]: async (_slack, _actor, _click, reply) => reply.inPlace(keptAll()),
};

/** Carries out what a button stands for. A button nobody knows does nothing: it has been acknowledged already. */
export async function handleClick(slack: SlackContext, actor: Actor, click: Click, reply: Reply): Promise<void> {
  const handler = Object.hasOwn(HANDLERS, click.actionId) ? HANDLERS[click.actionId] : undefined;
  await handler?.(slack, actor, click, reply);
}

/** Handlers of buttons that name jobs; a value this version would not have written gets a sentence. */
function withJobs(
  handle: (slack: SlackContext, actor: Actor, value: JobsValue, reply: Reply) => Promise<void>,
): ClickHandler {
  return async (slack, actor, click, reply) => {
    const value = decodeJobs(click.value);
    await (value === null
      ? reply.privately(staleButtonMessage(slack.names.command))
      : handle(slack, actor, value, reply));
  };
}

async function refreshStatus(
  { useCases, names }: SlackContext,
  actor: Actor,
  { jobs }: JobsValue,
  reply: Reply,
): Promise<void> {
  const statuses = await lookForChannel(useCases, actor, jobs);
  await reply.inPlace(statusMessage({ jobs: statuses, problems: [] }, names.command, useCases.clock.now()));
}

async function refreshToldPost(
  { useCases, names }: SlackContext,
  _actor: Actor,
  click: Click,
  reply: Reply,
): Promise<void> {
  const postId = decodePost(click.value);
  const refreshed = postId === null ? null : await refreshPost(useCases, postId);
  await (refreshed === null
    ? reply.privately(staleButtonMessage(names.command))
    : reply.inPlace(postMessage(refreshed.post, refreshed.now)));
}

async function subscribeTarget(slack: SlackContext, actor: Actor, value: JobsValue, reply: Reply): Promise<void> {
  if (value.target === undefined) return;
  const { useCases, names } = slack;
  const outcome = await subscribe(useCases, actor, [value.target]);
  if (outcome.kind === 'done' && outcome.subscribed.length > 0) return await refreshStatus(slack, actor, value, reply);
  await reply.privately(subscribeAnswer(outcome, names, useCases.clock.now()));
  if (outcome.kind === 'done') await refreshStatus(slack, actor, value, reply);
}

async function unsubscribeTarget(slack: SlackContext, actor: Actor, value: JobsValue, reply: Reply): Promise<void> {
  if (value.target === undefined) return;
  const outcome = await unsubscribe(slack.useCases, actor, [value.target]);
  if (outcome.ended.length === 0) await reply.privately(unsubscribeAnswer(outcome, slack.names.command));
  await refreshStatus(slack, actor, value, reply);
}

async function unsubscribeListed(slack: SlackContext, actor: Actor, value: JobsValue, reply: Reply): Promise<void> {
  if (value.target === undefined) return;
  await unsubscribe(slack.useCases, actor, [value.target]);
  await reply.inPlace(listMessage(await listSubscriptions(slack.useCases, actor), slack.names));
}
