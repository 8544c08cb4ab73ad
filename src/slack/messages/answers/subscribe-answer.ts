import { isDirectMessage } from '../../../domain/conversation.ts';
import type { Job } from '../../../domain/job/job.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import type { NamedSubscription } from '../../../domain/subscription.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { PostingProblem, SubscribeOutcome } from '../../../use-cases/subscribing/subscribe.ts';
import type { UnsubscribeOutcome } from '../../../use-cases/subscribing/unsubscribe.ts';
import { ACTIONS, encodeJobs } from '../kit/button-value.ts';
import { mention } from '../posts/announcement.ts';
import { jobNames } from '../kit/job-names.ts';
import { describeJob } from '../jobs/job-details.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { lines, message } from '../kit/message.ts';
import { code, dateAndTime, escapeMrkdwn, safeName } from '../kit/mrkdwn.ts';
import { guessParts, oldNamesParts, problemParts } from './reference-problem.ts';
import { refusal } from '../kit/refusal-text.ts';
import { noReport, noSuchJob } from './status-message.ts';
import type { Voice } from '../kit/texts.ts';

/** Jobs whose state is repeated after subscribing. */
const MOST_STATES = 10;

/** Where an answer is read, and when. */
export interface AnswerPlace {
  readonly channelId: string;
  readonly now: EpochMs;
}

/** What the person who subscribed is told. */
export function subscribeAnswer(voice: Voice, outcome: SubscribeOutcome, place: AnswerPlace): SlackMessage {
  if (outcome.kind === 'cannot_post') return lines(cannotPost(voice, outcome.problem, place.channelId));
  const said = [
    ...subscribedLines(voice, outcome.subscribed, place),
    ...outcome.already.map(({ job, subscription }) =>
      voice.say('answer.already', {
        job: `*${safeName(jobName(job))}*`,
        who: mention(subscription.createdBy),
        at: dateAndTime(subscription.createdAt),
      }),
    ),
    ...outcome.over.map((job) => alreadyOver(voice, job)),
    ...outcome.unknown.map((stranger) =>
      voice.sentences(noSuchJob(voice, stranger, stranger.code), voice.say('answer.not_subscribed')),
    ),
    ...outcome.unanswered.map((stranger) =>
      voice.sentences(noReport(voice, stranger, stranger.why), voice.say('answer.no_baseline')),
    ),
    ...(outcome.resumed > 0 ? [voice.say('answer.resumed', { count: outcome.resumed })] : []),
  ];
  const problems = outcome.problems.flatMap((problem) => problemParts(voice, problem, 'subscribe', place.channelId));
  const guesses = outcome.guesses.flatMap((guess) => guessParts(voice, guess, 'subscribe', place.channelId));
  return message([linesPart(said), ...guesses, ...problems, ...oldNamesParts(voice, outcome.oldNames)]);
}

/** What the person who unsubscribed is told. */
export function unsubscribeAnswer(voice: Voice, outcome: UnsubscribeOutcome, channelId: string): SlackMessage {
  const said = [
    ...(outcome.ended.length === 0 ? [] : [endedLine(voice, outcome.ended)]),
    ...outcome.notSubscribed.map((jobId) =>
      voice.say('answer.not_watched', { job: code(jobId), list: voice.typed('list') }),
    ),
  ];
  const problems = outcome.problems.flatMap((problem) => problemParts(voice, problem, 'unsubscribe', channelId));
  const guesses = outcome.guesses.flatMap((guess) => guessParts(voice, guess, 'unsubscribe', channelId));
  const old = oldNamesParts(voice, outcome.oldNames);
  return message([linesPart(said), ...guesses, ...problems, ...old, ...confirmOthers(voice, outcome.toConfirm)]);
}

/** Asks before ending what somebody else made. */
function confirmOthers(voice: Voice, others: readonly NamedSubscription[]): readonly Part[] {
  const [first] = others;
  if (first === undefined) return [];
  const jobs = others.map((one) => one.jobId);
  return [
    {
      kind: 'news',
      headline: voice.say('answer.confirm_others', { count: others.length }),
      lines: [...others.map((one) => madeByLine(voice, one)), voice.say('answer.confirm_others_note')],
    },
    {
      kind: 'buttons',
      buttons: [
        {
          text: voice.say('button.unsubscribe_anyway'),
          actionId: ACTIONS.unsubscribeAnyway,
          value: encodeJobs({ jobs }),
          style: 'danger',
        },
        {
          text: voice.say('button.keep_others', { count: others.length }),
          actionId: ACTIONS.keepOthers,
          value: encodeJobs({ jobs: [first.jobId] }),
        },
      ],
    },
  ];
}

function madeByLine(voice: Voice, { jobId, jobName: name, createdBy, createdAt }: NamedSubscription): string {
  return voice.say('answer.made_by', {
    who: mention(createdBy),
    job: `*${safeName(jobName({ jobId, name }))}*`,
    at: dateAndTime(createdAt),
  });
}

/** Asks before ending every subscription of a channel. */
export function confirmUnsubscribeAll(voice: Voice, count: number): SlackMessage {
  return message([
    {
      kind: 'news',
      headline: voice.say('answer.confirm_all', { count }),
      lines: [voice.say('answer.confirm_all_note')],
    },
    {
      kind: 'buttons',
      buttons: [
        {
          text: voice.say('button.unsubscribe_all'),
          actionId: ACTIONS.unsubscribeAll,
          value: '{}',
          style: 'danger',
        },
        { text: voice.say('button.keep_all'), actionId: ACTIONS.keepAll, value: '{}' },
      ],
    },
  ]);
}

/** After *Unsubscribe all*. */
export function unsubscribedAll(voice: Voice, ended: readonly NamedSubscription[]): SlackMessage {
  return lines(ended.length === 0 ? nothingSubscribed(voice) : endedLine(voice, ended));
}

/** After *Keep them* or *Keep it*. */
export function kept(voice: Voice): SlackMessage {
  return lines(voice.say('answer.kept'));
}

/** A channel without subscriptions. */
export function nothingSubscribed(voice: Voice): string {
  return voice.say('answer.nothing_watched', {
    subscribe: voice.typed('subscribe <job>'),
    jobs: voice.typed('jobs'),
  });
}

function linesPart(said: readonly string[]): Part {
  return { kind: 'lines', lines: said };
}

function subscribedLines(voice: Voice, jobs: readonly Job[], { channelId, now }: AnswerPlace): readonly string[] {
  const [first] = jobs;
  if (first === undefined) return [];
  const states = worstFirst(jobs, ({ state }) => standingOf(state))
    .slice(0, MOST_STATES)
    .flatMap((job) => (job.state.report === null ? [] : [describeJob(voice, job, job.state.report, now).headline]));
  const more = jobs.length - states.length;
  const undo = voice.typed(`unsubscribe ${jobs.length === 1 ? shortId(first.jobId) : '<job>'}`);
  return [
    voice.say('answer.subscribed', { jobs: jobNames(voice, jobs) }),
    ...states,
    ...(more > 0 ? [voice.say('names.more', { count: more })] : []),
    voice.say(isDirectMessage(channelId) ? 'answer.subscribed_what_dm' : 'answer.subscribed_what', { undo }),
  ];
}

function endedLine(voice: Voice, ended: readonly NamedSubscription[]): string {
  const jobs = jobNames(
    voice,
    ended.map(({ jobId, jobName: name }) => ({ jobId, name })),
  );
  const [first] = ended;
  const undo = ended.length === 1 && first !== undefined ? first.jobId : '<job>';
  return voice.say('answer.unsubscribed', { jobs, undo: voice.typed(`subscribe ${undo}`) });
}

function alreadyOver(voice: Voice, job: Job): string {
  const said = { job: `*${safeName(jobName(job))}*` };
  return voice.say(job.state.over === 'gone' ? 'answer.over_gone' : 'answer.over_ended', said);
}

function cannotPost(voice: Voice, problem: PostingProblem, channelId: string): string {
  const again = voice.say('post.again', { command: voice.typed('subscribe …') });
  const isStrangeDm = isDirectMessage(channelId);
  switch (problem.kind) {
    case 'invite_needed':
      return isStrangeDm
        ? strangeDm(voice, again)
        : voice.say('post.invite_needed', { invite: voice.invitation(), again });
    case 'archived':
      return voice.say('post.archived');
    case 'refused':
      return isStrangeDm
        ? strangeDm(voice, again)
        : voice.say('post.refused', { why: refusal(voice, problem.reason), again });
  }
}

/** Somebody else's direct messages: the bot cannot be invited there. */
function strangeDm(voice: Voice, again: string): string {
  return voice.say('post.strange_dm', { again, bot: `@${escapeMrkdwn(voice.surroundings.botName)}` });
}
