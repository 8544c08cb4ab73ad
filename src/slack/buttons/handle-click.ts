import { isDirectMessage } from '../../domain/conversation.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import { listJobs } from '../../use-cases/showing/list-jobs.ts';
import { listSubscriptions } from '../../use-cases/showing/list-subscriptions.ts';
import { refreshPost } from '../../use-cases/telling/refresh-post.ts';
import { showAudit } from '../../use-cases/showing/show-audit.ts';
import { endOfPause, readForChannel } from '../../use-cases/showing/show-status.ts';
import { subscribe } from '../../use-cases/subscribing/subscribe.ts';
import { unsubscribe, unsubscribeAll } from '../../use-cases/subscribing/unsubscribe.ts';
import type { Click } from '../parsing/parse-interaction.ts';
import { auditMessage } from '../messages/answers/audit-message.ts';
import { helpMessage, staleButtonMessage } from '../messages/answers/help-message.ts';
import { jobsMessage } from '../messages/answers/jobs-message.ts';
import { listMessage } from '../messages/answers/list-message.ts';
import { editedPostMessage, fullPostMessage } from '../messages/posts/post-message.ts';
import { statusMessage } from '../messages/answers/status-message.ts';
import { kept, subscribeAnswer, unsubscribeAnswer, unsubscribedAll } from '../messages/answers/subscribe-answer.ts';
import type { Voice } from '../messages/kit/texts.ts';
import type { Reply } from '../requests/reply.ts';
import { voicesFor } from '../requests/request.ts';
import type { SlackContext, Voices } from '../requests/request.ts';
import { ACTIONS, decodeAudit, decodeJobs, decodePage, decodePost, decodeTopic } from '../messages/kit/button-value.ts';
import type { AuditValue, JobsValue, PageValue } from '../messages/kit/button-value.ts';

/** A click being carried out. */
interface Turn {
  readonly slack: SlackContext;
  readonly actor: Actor;
  readonly click: Click;
  readonly voices: Voices;
  readonly reply: Reply;
}

type ClickHandler = (turn: Turn) => Promise<void>;

const HANDLERS: Readonly<Record<string, ClickHandler>> = {
  [ACTIONS.refreshStatus]: withJobs(refreshStatus),
  [ACTIONS.refreshPost]: refreshToldPost,
  [ACTIONS.showAll]: showWholePost,
  [ACTIONS.subscribe]: withJobs(subscribeTarget),
  [ACTIONS.unsubscribe]: withJobs(unsubscribeTarget),
  [ACTIONS.unsubscribeListed]: unsubscribeListed,
  [ACTIONS.subscribeListed]: withPage(subscribeListed),
  [ACTIONS.subscribeNamed]: withJobs(subscribeNamed),
  [ACTIONS.watchNamesake]: withJobs(watchNamesake),
  [ACTIONS.unsubscribeNamed]: withJobs(unsubscribeNamed),
  [ACTIONS.unsubscribeAnyway]: withJobs(unsubscribeAnyway),
  [ACTIONS.showStatus]: withJobs(refreshStatus),
  [`${ACTIONS.pageJobs}:previous`]: withPage(showPage),
  [`${ACTIONS.pageJobs}:next`]: withPage(showPage),
  [`${ACTIONS.pageJobs}:again`]: withPage(showPage),
  [ACTIONS.showAudit]: withJobs((turn, { target }) => showAuditPage(turn, { jobId: target ?? null, before: null })),
  [`${ACTIONS.pageAudit}:newest`]: pageAudit,
  [`${ACTIONS.pageAudit}:older`]: pageAudit,
  [ACTIONS.shareStatus]: withJobs(shareStatus),
  [ACTIONS.shareList]: shareList,
  [ACTIONS.shareJobs]: withPage(shareJobs),
  [ACTIONS.shareHelp]: shareHelp,
  [ACTIONS.unsubscribeAll]: async ({ slack, actor, voices, reply }) =>
    reply.inPlace(unsubscribedAll(voices.reader, await unsubscribeAll(slack.useCases, actor))),
  [ACTIONS.keepAll]: keep,
  [ACTIONS.keepOthers]: keep,
};

/** Whether anything stands behind a button: a link opens without us, and others this version does not know. */
export function isHandled({ actionId }: Click): boolean {
  return Object.hasOwn(HANDLERS, actionId);
}

/** Carries out what a button stands for. A button nobody knows does nothing: it has been acknowledged already. */
export async function handleClick(slack: SlackContext, actor: Actor, click: Click, reply: Reply): Promise<void> {
  const handler = Object.hasOwn(HANDLERS, click.actionId) ? HANDLERS[click.actionId] : undefined;
  if (handler === undefined) return;
  await handler({ slack, actor, click, voices: await voicesFor(slack, actor), reply });
}

/** Handlers of buttons that name jobs; a value this version would not have written gets a sentence. */
function withJobs(handle: (turn: Turn, value: JobsValue) => Promise<void>): ClickHandler {
  return async (turn) => {
    const value = decodeJobs(turn.click.value);
    await (value === null ? answerStale(turn) : handle(turn, value));
  };
}

/** Handlers of buttons of the list of jobs. */
function withPage(handle: (turn: Turn, value: PageValue) => Promise<void>): ClickHandler {
  return async (turn) => {
    const value = decodePage(turn.click.value);
    await (value === null ? answerStale(turn) : handle(turn, value));
  };
}

async function answerStale({ voices, reply }: Turn): Promise<void> {
  await reply.privately(staleButtonMessage(voices.reader));
}

/**
 * What the message the button is on is written in: everybody reads a channel's, one person an ephemeral one or a direct
 * message.
 */
function voiceInPlace({ click, voices, actor }: Turn): Voice {
  return click.messageTs === null || isDirectMessage(actor.channelId) ? voices.reader : voices.channel;
}

async function refreshStatus(turn: Turn, { jobs }: JobsValue): Promise<void> {
  const { slack, actor, click, reply } = turn;
  const voice = voiceInPlace(turn);
  const statuses = await readForChannel(slack.useCases, actor, jobs, voice.language);
  const view = {
    channelId: actor.channelId,
    now: slack.useCases.clock.now(),
    isPrivate: click.messageTs === null,
    pausedUntil: endOfPause(slack.useCases),
  };
  await reply.inPlace(statusMessage(voice, { jobs: statuses, problems: [] }, view));
}

async function shareStatus({ slack, actor, voices, reply }: Turn, { jobs }: JobsValue): Promise<void> {
  const statuses = await readForChannel(slack.useCases, actor, jobs, voices.channel.language);
  const view = { channelId: actor.channelId, now: slack.useCases.clock.now(), isPrivate: false };
  const shared = { ...view, sharedBy: actor.userId, pausedUntil: endOfPause(slack.useCases) };
  await reply.publicly(statusMessage(voices.channel, { jobs: statuses, problems: [] }, shared));
}

async function shareList({ slack, actor, voices, reply }: Turn): Promise<void> {
  const list = await listSubscriptions(slack.useCases, actor);
  await reply.publicly(listMessage(voices.channel, list, actor.userId));
}

async function shareJobs({ slack, actor, voices, reply }: Turn, value: PageValue): Promise<void> {
  const page = await listJobs(slack.useCases, actor, value);
  await reply.publicly(jobsMessage(voices.channel, page, actor.channelId, actor.userId));
}

async function shareHelp(turn: Turn): Promise<void> {
  const { actor, click, voices, reply } = turn;
  const topic = decodeTopic(click.value);
  if (topic === undefined) return await answerStale(turn);
  await reply.publicly(helpMessage(voices.channel, topic, actor.channelId, actor.userId));
}

async function refreshToldPost(turn: Turn): Promise<void> {
  const { slack, actor, click, voices, reply } = turn;
  const postId = decodePost(click.value);
  if (postId === null) return await answerStale(turn);
  const refreshed = await refreshPost(slack.useCases, actor, postId);
  if (refreshed.kind === 'unknown') return await answerStale(turn);
  if (refreshed.kind !== 'refused') return;
  await reply.inPlace(editedPostMessage(voices.channel, refreshed.post, refreshed.jobs));
}

/** Every job of a message about many, for whoever clicked. */
async function showWholePost(turn: Turn): Promise<void> {
  const { slack, actor, click, voices, reply } = turn;
  const { store, connectionId } = slack.useCases;
  const postId = decodePost(click.value);
  const sent = postId === null ? null : await store.findPost(postId);
  if (sent === null || sent.post.channelId !== actor.channelId || sent.post.workspaceId !== actor.workspaceId)
    return await answerStale(turn);
  const facts = [...sent.post.facts, ...sent.post.around.shown];
  const jobIds = new Set(facts.flatMap((one) => (one.kind === 'event' ? [one.job.jobId] : [])));
  await reply.privately(fullPostMessage(voices.reader, sent.post, await store.findJobs(connectionId, [...jobIds])));
}

async function subscribeTarget(turn: Turn, value: JobsValue): Promise<void> {
  const done = await subscribeTo(turn, value.target);
  if (done) await refreshStatus(turn, value);
}

/** From a list of matches: the answer takes its place. */
async function subscribeNamed({ slack, actor, voices, reply }: Turn, { target }: JobsValue): Promise<void> {
  if (target === undefined) return;
  const outcome = await subscribe(slack.useCases, actor, [target], voices.reader.language);
  const place = { channelId: actor.channelId, now: slack.useCases.clock.now() };
  await reply.inPlace(subscribeAnswer(voices.reader, outcome, place));
}

/** On a message of the channel, which stays as it is. */
async function watchNamesake({ slack, actor, voices, reply }: Turn, { target }: JobsValue): Promise<void> {
  if (target === undefined) return;
  const outcome = await subscribe(slack.useCases, actor, [target], voices.reader.language);
  const place = { channelId: actor.channelId, now: slack.useCases.clock.now() };
  await reply.privately(subscribeAnswer(voices.reader, outcome, place));
}

async function unsubscribeNamed({ slack, actor, voices, reply }: Turn, { target }: JobsValue): Promise<void> {
  if (target === undefined) return;
  const outcome = await unsubscribe(slack.useCases, actor, [target], 'ask_about_others');
  await reply.inPlace(unsubscribeAnswer(voices.reader, outcome, actor.channelId));
}

/** The question whether to end what somebody else made was answered with yes. */
async function unsubscribeAnyway({ slack, actor, voices, reply }: Turn, { jobs }: JobsValue): Promise<void> {
  const outcome = await unsubscribe(slack.useCases, actor, jobs, 'confirmed');
  await reply.inPlace(unsubscribeAnswer(voices.reader, outcome, actor.channelId));
}

async function keep({ voices, reply }: Turn): Promise<void> {
  await reply.inPlace(kept(voices.reader));
}

/** Subscribes, and says so when it did not simply work. False when nothing may have changed. */
async function subscribeTo({ slack, actor, voices, reply }: Turn, target: JobsValue['target']): Promise<boolean> {
  if (target === undefined) return false;
  const outcome = await subscribe(slack.useCases, actor, [target], voices.reader.language);
  if (outcome.kind === 'done' && outcome.subscribed.length > 0) return true;
  const place = { channelId: actor.channelId, now: slack.useCases.clock.now() };
  await reply.privately(subscribeAnswer(voices.reader, outcome, place));
  return outcome.kind === 'done';
}

async function unsubscribeTarget(turn: Turn, value: JobsValue): Promise<void> {
  if (value.target === undefined) return;
  if (await unsubscribeFrom(turn, value.target)) await refreshStatus(turn, value);
}

/** Unsubscribes, and says so when it did not simply work. False when the person has to say something first. */
async function unsubscribeFrom({ slack, actor, voices, reply }: Turn, target: JobId): Promise<boolean> {
  const outcome = await unsubscribe(slack.useCases, actor, [target], 'ask_about_others');
  if (outcome.ended.length === 0) await reply.privately(unsubscribeAnswer(voices.reader, outcome, actor.channelId));
  return outcome.toConfirm.length === 0;
}

/** The same button is in the list of subscriptions and in the list of jobs; its value tells which. */
async function unsubscribeListed(turn: Turn): Promise<void> {
  const { slack, actor, click, reply } = turn;
  const page = decodePage(click.value);
  const target = page?.target ?? decodeJobs(click.value)?.target;
  if (target === undefined) return await answerStale(turn);
  if (!(await unsubscribeFrom(turn, target))) return;
  if (page !== null) return await showPage(turn, page);
  await reply.inPlace(listMessage(voiceInPlace(turn), await listSubscriptions(slack.useCases, actor)));
}

async function subscribeListed(turn: Turn, page: PageValue): Promise<void> {
  const done = await subscribeTo(turn, page.target);
  if (done) await showPage(turn, page);
}

async function showPage(turn: Turn, { text, offset }: PageValue): Promise<void> {
  const { slack, actor, reply } = turn;
  const page = await listJobs(slack.useCases, actor, { text, offset });
  await reply.inPlace(jobsMessage(voiceInPlace(turn), page, actor.channelId));
}

async function pageAudit(turn: Turn): Promise<void> {
  const value = decodeAudit(turn.click.value);
  await (value === null ? answerStale(turn) : showAuditPage(turn, value));
}

async function showAuditPage({ slack, actor, voices, reply }: Turn, value: AuditValue): Promise<void> {
  await reply.inPlace(auditMessage(voices.reader, await showAudit(slack.useCases, actor, value)));
}
