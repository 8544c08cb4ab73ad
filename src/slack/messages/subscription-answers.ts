import type { Job } from '../../domain/job.ts';
import { shortId } from '../../domain/job-id.ts';
import { jobName } from '../../domain/job-name.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { PostingProblem, SubscribeOutcome } from '../../use-cases/subscribe.ts';
import type { EndedSubscription, UnsubscribeOutcome } from '../../use-cases/unsubscribe.ts';
import { ACTIONS } from '../actions/button-value.ts';
import { jobNames } from './announcement.ts';
import { describeJob } from './job-details.ts';
import type { SlackMessage } from './message.ts';
import { lines, message } from './message.ts';
import { code, dateAndTime, escapeMrkdwn } from './mrkdwn.ts';
import { referenceProblem } from './reference-problem.ts';
import { noReport, noSuchJob } from './status-message.ts';

/** Jobs whose state is repeated after subscribing. */
const MOST_STATES = 10;

/** How the bot is called and invited. */
export interface BotNames {
  /** The slash command, such as `/drs`. */
  readonly command: string;
  /** The bot's user name, without `@`. */
  readonly botName: string;
}

/** What the person who subscribed is told. */
export function subscribeAnswer(outcome: SubscribeOutcome, names: BotNames, now: EpochMs): SlackMessage {
  if (outcome.kind === 'cannot_post') return lines(cannotPost(outcome.problem, names));
  const said = [
    ...subscribedLines(outcome.subscribed, names.command, now),
    ...outcome.already.map(
      ({ job, subscription }) =>
        `This channel is already subscribed to *${escapeMrkdwn(jobName(job))}* (by <@${escapeMrkdwn(subscription.createdBy)}>, ${dateAndTime(subscription.createdAt)}). Nothing changed.`,
    ),
    ...outcome.over.map((job) => alreadyOver(job)),
    ...outcome.unknown.map(({ jobId, code: errorCode }) => `${noSuchJob(jobId, errorCode)} Not subscribed.`),
    ...outcome.unanswered.map(
      ({ jobId, sentence }) =>
        `${noReport(jobId, sentence, names.command)} Not subscribed: the first report is needed to compare with.`,
    ),
    ...outcome.problems.map((problem) => referenceProblem(problem, names.command)),
    ...(outcome.resumed > 0
      ? [
          `Posting here is on again; ${outcome.resumed} held back ${outcome.resumed === 1 ? 'message follows' : 'messages follow'}.`,
        ]
      : []),
  ];
  return lines(...said);
}

/** What the person who unsubscribed is told. */
export function unsubscribeAnswer(outcome: UnsubscribeOutcome, command: string): SlackMessage {
  return lines(
    ...(outcome.ended.length === 0 ? [] : [endedLine(outcome.ended, command)]),
    ...outcome.notSubscribed.map(
      (jobId) => `This channel is not subscribed to ${code(jobId)}. ${code(`${command} list`)} shows what it watches.`,
    ),
    ...outcome.problems.map((problem) =>
      problem.kind === 'no_match'
        ? `This channel is not subscribed to any job whose id begins with ${code(problem.reference)}. ${code(`${command} list`)} shows what it watches.`
        : referenceProblem(problem, command),
    ),
  );
}

/** Asks before ending every subscription of a channel. */
export function confirmUnsubscribeAll(count: number): SlackMessage {
  const what = count === 1 ? 'the only subscription' : `all ${count} subscriptions`;
  return message([
    {
      kind: 'news',
      headline: `End ${what} of this channel?`,
      lines: ['Nobody here will hear of these jobs any more.'],
    },
    {
      kind: 'buttons',
      buttons: [
        { text: 'Unsubscribe all', actionId: ACTIONS.unsubscribeAll, value: '{}', style: 'danger' },
        { text: 'Keep them', actionId: ACTIONS.keepAll, value: '{}' },
      ],
    },
  ]);
}

/** After *Unsubscribe all*. */
export function unsubscribedAll(ended: readonly EndedSubscription[], command: string): SlackMessage {
  return lines(ended.length === 0 ? nothingSubscribed(command) : endedLine(ended, command));
}

/** After *Keep them*. */
export function keptAll(): SlackMessage {
  return lines('Nothing changed.');
}

/** A channel without subscriptions. */
export function nothingSubscribed(command: string): string {
  return `This channel watches no job. Start with ${code(`${command} subscribe <job id>`)}.`;
}

function subscribedLines(jobs: readonly Job[], command: string, now: EpochMs): readonly string[] {
  const [first] = jobs;
  if (first === undefined) return [];
  const states = jobs
    .slice(0, MOST_STATES)
    .flatMap((job) => (job.state.report === null ? [] : [describeJob(job, job.state.report, now).headline]));
  const more = jobs.length - states.length;
  const undo = jobs.length === 1 ? shortId(first.jobId) : '<job>';
  return [
    `Subscribed to ${jobNames(jobs)}. As of now:`,
    ...states,
    ...(more > 0 ? [`+${more} more`] : []),
    `This channel hears when a copy starts or completes and when a job replicates, pauses, fails, recovers or ends. Undo: ${code(`${command} unsubscribe ${undo}`)}`,
  ];
}

function endedLine(ended: readonly EndedSubscription[], command: string): string {
  const names = jobNames(ended.map(({ jobId, jobName: name }) => ({ jobId, name })));
  const [first] = ended;
  const undo = ended.length === 1 && first !== undefined ? first.jobId : '<job>';
  return `Unsubscribed from ${names}. Undo: ${code(`${command} subscribe ${undo}`)}`;
}

function alreadyOver(job: Job): string {
  const how = job.state.over === 'gone' ? 'DRS no longer knows it' : 'it has ended';
  return `*${escapeMrkdwn(jobName(job))}* is over – ${how}, so there is nothing to watch. Not subscribed.`;
}

function cannotPost(problem: PostingProblem, names: BotNames): string {
  const again = `${code(`${names.command} subscribe …`)} again`;
  switch (problem.kind) {
    case 'invite_needed':
      return `I cannot post here yet: I am not a member of this channel. Type ${code(`/invite @${names.botName}`)} here, then ${again}. Nothing was saved.`;
    case 'archived':
      return `This channel is archived, so nothing can be posted here. Unarchive it, or subscribe in another channel. Nothing was saved.`;
    case 'refused':
      return `${refusal(problem.reason, names)} Then ${again}. Nothing was saved.`;
  }
}

/** What to do about an error name with which Slack refuses posts to a channel. */
export function refusal(reason: string, names: BotNames): string {
  switch (reason) {
    case 'not_in_channel':
    case 'channel_not_found':
      return `I cannot post here: I am not a member of this channel. Type ${code(`/invite @${names.botName}`)} here.`;
    case 'is_archived':
      return 'I cannot post here: the channel is archived. Unarchive it.';
    case 'restricted_action':
    case 'restricted_action_read_only_channel':
    case 'no_permission':
      return 'I cannot post here: the workspace lets only some people post in this channel. Ask its owner to allow this app.';
    default:
      return `I cannot post here: Slack refuses it (${code(reason)}).`;
  }
}
