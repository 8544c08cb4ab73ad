import { unsubscribeOwn } from '../../use-cases/subscribing/unsubscribe.ts';
import { stoppedOwnMessage } from '../messages/answers/unsubscribe-answer.ts';
import { usageMessage } from '../messages/answers/usage-message.ts';
import { parseCommand } from '../parsing/parse-command.ts';
import type { Command, ParsedCommand } from '../parsing/parse-command.ts';
import type { Request } from '../requests/request.ts';
import { answerAudit } from './audit.ts';
import { answerChart } from './chart.ts';
import type { CommandHandler } from './command-handler.ts';
import { answerHealth } from './health.ts';
import { answerHelp } from './help.ts';
import { answerJobs } from './jobs.ts';
import { answerListAll } from './list-all.ts';
import { answerList } from './list.ts';
import { answerChooseLanguage, answerChooseRules, answerSettings } from './settings.ts';
import { answerReady } from './ready.ts';
import { answerStatus } from './status.ts';
import { answerSubscribe } from './subscribe.ts';
import { answerUnsubscribe, answerUnsubscribeAll } from './unsubscribe.ts';
import { answerVersion } from './version.ts';
import { answerWhy } from './why.ts';
import { unescapeMrkdwn } from '../messages/kit/mrkdwn.ts';

const HANDLERS: { readonly [Kind in Command['kind']]: CommandHandler<Kind> } = {
  status: answerStatus,
  ready: answerReady,
  subscribe: answerSubscribe,
  unsubscribe: answerUnsubscribe,
  unsubscribe_all: answerUnsubscribeAll,
  list: answerList,
  list_all: answerListAll,
  jobs: answerJobs,
  chart: answerChart,
  why: answerWhy,
  settings: answerSettings,
  choose_language: answerChooseLanguage,
  choose_rules: answerChooseRules,
  audit: answerAudit,
  health: answerHealth,
  version: answerVersion,
  help: answerHelp,
};

/** Carries out what somebody typed after the slash command and answers. */
export async function handleCommand(request: Request, text: string): Promise<void> {
  await carryOutParsed(request, parseCommand(unescapeMrkdwn(text)));
}

/** Carries out a command, or says what is wrong with it. */
export async function carryOutParsed(request: Request, parsed: ParsedCommand): Promise<void> {
  if (parsed.ok) await carryOut(parsed.command.kind, request, parsed.command);
  else await request.reply.privately(usageMessage(request.personTexts, parsed.error));
}

/**
 * Ends, for somebody who may not use the bot any more, the subscriptions they made themselves. False where something else
 * was asked, or none of theirs was meant.
 */
export async function stopOwn({ slack, actor, personTexts, reply }: Request, text: string): Promise<boolean> {
  const parsed = parseCommand(unescapeMrkdwn(text));
  if (!parsed.ok || (parsed.command.kind !== 'unsubscribe' && parsed.command.kind !== 'unsubscribe_all')) return false;
  const jobs = parsed.command.kind === 'unsubscribe' ? parsed.command.jobs : 'all';
  const ended = await unsubscribeOwn(slack.useCases, actor, jobs);
  if (ended.length > 0) await reply.privately(stoppedOwnMessage(personTexts, ended));
  return ended.length > 0;
}

async function carryOut<Kind extends Command['kind']>(
  kind: Kind,
  request: Request,
  command: Extract<Command, { readonly kind: Kind }>,
): Promise<void> {
  await HANDLERS[kind](request, command);
}
