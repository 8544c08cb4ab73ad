import { shortId } from '../../domain/job-id.ts';
import { jobName } from '../../domain/job-name.ts';
import type { ChannelPause, ListedSubscription } from '../../domain/subscription.ts';
import type { SubscriptionList } from '../../use-cases/list-subscriptions.ts';
import { ACTIONS, encodeJobs } from '../actions/button-value.ts';
import type { Part, SlackMessage } from './message.ts';
import { lines, message } from './message.ts';
import { ago, code, dateAndTime, escapeMrkdwn } from './mrkdwn.ts';
import { headline, statusWords } from './status-words.ts';
import { nothingSubscribed, refusal } from './subscription-answers.ts';
import type { BotNames } from './subscription-answers.ts';

/** Rows with a button that fit in one message beside its other blocks. */
const MOST_ROWS = 40;

/** What a channel watches, with a way out of each. */
export function listMessage({ subscriptions, pause }: SubscriptionList, names: BotNames): SlackMessage {
  if (subscriptions.length === 0) return lines(nothingSubscribed(names.command));
  const rows = subscriptions.slice(0, MOST_ROWS).map(row);
  const more = subscriptions.length - rows.length;
  const count = subscriptions.length === 1 ? '1 job' : `${subscriptions.length} jobs`;
  return message([
    ...(pause === null ? [] : [pauseNotice(pause, names)]),
    { kind: 'news', headline: `This channel watches ${count}` },
    ...rows,
    ...(more > 0 ? [moreRows(subscriptions.slice(MOST_ROWS))] : []),
  ]);
}

function pauseNotice(pause: ChannelPause, names: BotNames): Part {
  const waiting = pause.waiting === 1 ? '1 message waits' : `${pause.waiting} messages wait`;
  return {
    kind: 'news',
    headline: '⚠️ Posting here is paused',
    lines: [
      `${refusal(pause.reason, names)} Then type ${code(`${names.command} subscribe <job>`)} with any job of this list; ${waiting} and nothing is lost.`,
      `Since ${dateAndTime(pause.since)}`,
    ],
  };
}

function row(subscription: ListedSubscription): Part {
  const { state, jobId, createdBy, createdAt } = subscription;
  const name = jobName({ jobId, name: subscription.jobName });
  const checked = state.checkedAt === null ? '' : ` · checked ${ago(state.checkedAt)}`;
  const what = state.report === null ? `⚪ No report yet – ${escapeMrkdwn(name)}` : current(subscription, name);
  return {
    kind: 'news',
    headline: what,
    lines: [`${shortId(jobId)}${checked} · by <@${escapeMrkdwn(createdBy)}>, ${dateAndTime(createdAt)}`],
    button: {
      text: 'Unsubscribe',
      actionId: ACTIONS.unsubscribeListed,
      value: encodeJobs({ jobs: [jobId], target: jobId }),
    },
  };
}

function current({ state }: ListedSubscription, name: string): string {
  if (state.unknown !== null) return `⚪ UNKNOWN – ${escapeMrkdwn(name)}, since ${dateAndTime(state.unknown.since)}`;
  return state.report === null ? '' : headline(statusWords(state.report), name);
}

function moreRows(rest: readonly ListedSubscription[]): Part {
  const names = rest.map(({ jobId, jobName: name }) => escapeMrkdwn(jobName({ jobId, name }))).join(', ');
  return { kind: 'lines', lines: [`+${rest.length} more: ${names}`] };
}
