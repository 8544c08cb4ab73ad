import type { Actor } from '../../ports/store/subscriptions.ts';
import { chooseLanguage } from '../../use-cases/subscribing/change-settings.ts';
import { listJobs } from '../../use-cases/showing/list-jobs.ts';
import { listSubscriptions } from '../../use-cases/showing/list-subscriptions.ts';
import { listWorkspace } from '../../use-cases/showing/list-workspace.ts';
import { findAudit, showAudit } from '../../use-cases/showing/show-audit.ts';
import { showHealth } from '../../use-cases/showing/show-health.ts';
import { endOfPause, showStatus } from '../../use-cases/showing/show-status.ts';
import { showVersion } from '../../use-cases/showing/show-version.ts';
import { subscribe } from '../../use-cases/subscribing/subscribe.ts';
import { unsubscribe } from '../../use-cases/subscribing/unsubscribe.ts';
import { auditMessage, auditProblem } from '../messages/answers/audit-message.ts';
import { healthMessage, versionMessage } from '../messages/answers/health-message.ts';
import { helpMessage, usageMessage } from '../messages/answers/help-message.ts';
import { jobsMessage } from '../messages/answers/jobs-message.ts';
import { listMessage } from '../messages/answers/list-message.ts';
import { lines } from '../messages/kit/message.ts';
import { languageChosen, settingsMessage } from '../messages/answers/settings-message.ts';
import { statusMessage } from '../messages/answers/status-message.ts';
import {
  confirmUnsubscribeAll,
  nothingSubscribed,
  subscribeAnswer,
  unsubscribeAnswer,
} from '../messages/answers/subscribe-answer.ts';
import { workspaceListMessage } from '../messages/answers/workspace-list-message.ts';
import type { Reply } from '../requests/reply.ts';
import { voicesFor } from '../requests/request.ts';
import type { SlackContext, Voices } from '../requests/request.ts';
import { parseCommand } from '../parsing/parse-command.ts';
import type { Command } from '../parsing/parse-command.ts';

type Of<Kind extends Command['kind']> = Extract<Command, { readonly kind: Kind }>;

/** Carries out what somebody typed after the slash command and answers. */
export async function handleCommand(slack: SlackContext, actor: Actor, text: string, reply: Reply): Promise<void> {
  const parsed = parseCommand(unescape(text));
  const voices = await voicesFor(slack, actor);
  if (parsed.ok) await carryOut(slack, actor, voices, parsed.command, reply);
  else await reply.privately(usageMessage(voices.reader, parsed.error));
}

async function carryOut(
  slack: SlackContext,
  actor: Actor,
  voices: Voices,
  command: Command,
  reply: Reply,
): Promise<void> {
  const { useCases } = slack;
  const { channelId } = actor;
  const voice = voices.reader;
  switch (command.kind) {
    case 'help':
      return await reply.privately(helpMessage(voice, command.topic, channelId));
    case 'list':
      return await reply.privately(listMessage(voice, await listSubscriptions(useCases, actor)));
    case 'list_all':
      return await reply.privately(workspaceListMessage(voice, await listWorkspace(useCases, actor)));
    case 'jobs': {
      const page = await listJobs(useCases, actor, { text: command.text, offset: 0 });
      return await reply.privately(jobsMessage(voice, page, channelId));
    }
    case 'settings':
      return await reply.privately(settingsMessage(voice, voices.channel.language));
    case 'choose_language': {
      const changed = await chooseLanguage(useCases, actor, command.language);
      return await reply.privately(languageChosen(voice, command.language, changed));
    }
    case 'health':
      return await reply.privately(healthMessage(voice, await showHealth(useCases, actor), slack.otherSockets()));
    case 'version':
      return await reply.privately(versionMessage(voice, await showVersion(useCases)));
    case 'status':
      return await answerStatus(slack, actor, voices, command, reply);
    case 'subscribe': {
      const outcome = await subscribe(useCases, actor, command.jobs, voice.language);
      return await reply.privately(subscribeAnswer(voice, outcome, { channelId, now: useCases.clock.now() }));
    }
    case 'unsubscribe': {
      const outcome = await unsubscribe(useCases, actor, command.jobs, 'ask_about_others');
      return await reply.privately(unsubscribeAnswer(voice, outcome, channelId));
    }
    case 'unsubscribe_all':
      return await askBeforeUnsubscribingAll(slack, actor, voices, reply);
    case 'audit':
      return await answerAudit(slack, actor, voices, command, reply);
  }
}

async function answerAudit(
  { useCases }: SlackContext,
  actor: Actor,
  { reader }: Voices,
  { job }: Of<'audit'>,
  reply: Reply,
): Promise<void> {
  const found =
    job === null
      ? await showAudit(useCases, actor, { jobId: null, before: null })
      : await findAudit(useCases, actor, job);
  await reply.privately('kind' in found ? auditProblem(reader, found, actor.channelId) : auditMessage(reader, found));
}

async function answerStatus(
  { useCases }: SlackContext,
  actor: Actor,
  voices: Voices,
  { jobs, isPublic }: Of<'status'>,
  reply: Reply,
): Promise<void> {
  const voice = isPublic ? voices.channel : voices.reader;
  const answer = await showStatus(useCases, actor, jobs, voice.language);
  const view = { channelId: actor.channelId, now: useCases.clock.now(), isPrivate: !isPublic };
  const message = statusMessage(voice, answer, { ...view, pausedUntil: endOfPause(useCases) });
  await (isPublic ? reply.publicly(message) : reply.privately(message));
}

async function askBeforeUnsubscribingAll(
  { useCases }: SlackContext,
  actor: Actor,
  { reader }: Voices,
  reply: Reply,
): Promise<void> {
  const { subscriptions } = await listSubscriptions(useCases, actor);
  await reply.privately(
    subscriptions.length === 0 ? lines(nothingSubscribed(reader)) : confirmUnsubscribeAll(reader, subscriptions.length),
  );
}

/** Slack sends `&`, `<` and `>` escaped (docs.slack.dev, "Formatting message text"). */
function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
