import { isDirectMessage } from '../../../domain/conversation.ts';
import type { Job } from '../../../domain/job/job.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import type { PostingProblem, SubscribeOutcome } from '../../../use-cases/subscribing/subscribe.ts';
import { jobHeadline } from '../jobs/job-details.ts';
import { noReport, noSuchJob } from '../jobs/unknown-job.ts';
import { boldName, jobNames, withMore } from '../kit/job-names.ts';
import { lines, linesPart, message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { dateAndTime, escapeMrkdwn, mention } from '../kit/mrkdwn.ts';
import { explainRefusal } from '../kit/refusal-text.ts';
import type { Texts } from '../kit/texts.ts';
import { unresolvedParts } from './reference-problem.ts';

/** Jobs whose state is repeated after subscribing. */
const MAX_STATES = 10;

/**
 * What the person who subscribed is told.
 *
 * @param canInvite whether a member can let the bot in
 */
export function subscribeAnswer(
  texts: Texts,
  outcome: SubscribeOutcome,
  { channelId, canInvite }: { readonly channelId: string; readonly canInvite: boolean },
): SlackMessage {
  if (outcome.kind === 'cannot_post') return lines(cannotPost(texts, outcome.problem, canInvite));
  const said = [
    ...subscribedLines(texts, outcome.subscribed, channelId),
    ...outcome.already.map(({ job, subscription: { createdBy, createdAt } }) => {
      const by = { who: mention(createdBy), at: dateAndTime(createdAt) };
      return texts.get('answer.already', { job: boldName(job), ...by });
    }),
    ...outcome.over.map((job) =>
      texts.get(job.state.over === 'gone' ? 'answer.over_gone' : 'answer.over_ended', { job: boldName(job) }),
    ),
    ...outcome.unknown.map((job) => texts.joinSentences(noSuchJob(texts, job), texts.get('answer.not_subscribed'))),
    ...outcome.unanswered.map((job) =>
      texts.joinSentences(noReport(texts, job, 'subscribe'), texts.get('answer.no_baseline')),
    ),
    ...(outcome.resumed > 0 ? [texts.get('answer.resumed', { count: outcome.resumed })] : []),
  ];
  return message([linesPart(said), ...unresolvedParts(texts, outcome, 'subscribe', channelId)]);
}

function subscribedLines(texts: Texts, jobs: readonly Job[], channelId: string): readonly string[] {
  const [first] = jobs;
  if (first === undefined) return [];
  const states = worstFirst(jobs, ({ state }) => standingOf(state)).map((job) => jobHeadline(texts, job));
  const undo = texts.command(`unsubscribe ${jobs.length === 1 ? shortId(first.jobId) : '<job>'}`);
  return [
    texts.get('answer.subscribed', { jobs: jobNames(texts, jobs) }),
    ...withMore(texts, states, MAX_STATES),
    texts.get(isDirectMessage(channelId) ? 'answer.subscribed_what_dm' : 'answer.subscribed_what', { undo }),
  ];
}

function cannotPost(texts: Texts, problem: PostingProblem, canInvite: boolean): string {
  if (problem.kind === 'archived') return texts.get('post.archived');
  const again = texts.get('post.again', { command: texts.command('subscribe …') });
  // Other people's direct messages.
  if (!canInvite) return texts.get('post.strange_dm', { again, bot: `@${escapeMrkdwn(texts.surroundings.botName)}` });
  return problem.kind === 'invite_needed'
    ? texts.get('post.invite_needed', { invite: texts.inviteCommand(), again })
    : texts.get('post.refused', { why: explainRefusal(texts, problem.reason), again });
}
