import { isDirectMessage } from '../../../domain/conversation.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import { NOTHING_CHOSEN, RULES, changeRules, undoOf } from '../../../domain/rules/rule-choice.ts';
import type { SaidRules } from '../../../use-cases/subscribing/settle-typed.ts';
import type { PostingProblem, SubscribeOutcome } from '../../../use-cases/subscribing/subscribe.ts';
import { jobHeadline } from '../jobs/job-details.ts';
import { noReport, noSuchJob } from '../jobs/unknown-job.ts';
import { ACTIONS, JOBS_VALUE } from '../kit/button-value.ts';
import { boldName, jobNames, withMore } from '../kit/job-names.ts';
import { lines, linesPart, message } from '../kit/message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { dateAndTime, escapeMrkdwn, mention } from '../kit/mrkdwn.ts';
import { explainRefusal } from '../kit/refusal-text.ts';
import { changeWords, choiceWords, ruleWords, typedRules } from '../kit/rule-words.ts';
import type { Texts } from '../kit/texts.ts';
import { ruleNotes } from './rule-notes.ts';
import { explainRuleRefusal } from './rule-refusal.ts';
import { subscribePatternParts } from './pattern-parts.ts';
import { undoCommands } from './undo-commands.ts';
import { unresolvedParts } from './reference-problem.ts';

/** Jobs in one question, each with a line of its own. */
const MAX_CONFIRMED = 10;
/** Jobs whose state is repeated after subscribing. */
const MAX_STATES = 10;

type SubscribeDone = Extract<SubscribeOutcome, { readonly kind: 'done' }>;
type Changed = SubscribeDone['changed'][number];

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
  if (outcome.kind === 'rules_refused') return lines(explainRuleRefusal(texts, outcome.refusal));
  const told = [...outcome.subscribed, ...[...outcome.changed, ...outcome.toConfirm].map(({ job }) => job)];
  const said = [
    ...subscribedLines(texts, outcome, channelId),
    ...changedLines(texts, outcome),
    ...outcome.already.map((one) => alreadyLine(texts, one, outcome)),
    ...(told.length === 0 ? [] : ruleNotes(texts, outcome.rules, told)),
    ...outcome.over.map((job) =>
      texts.get(job.state.over === 'gone' ? 'answer.over_gone' : 'answer.over_ended', { job: boldName(job) }),
    ),
    ...outcome.unknown.map((job) => texts.joinSentences(noSuchJob(texts, job), texts.get('answer.not_subscribed'))),
    ...outcome.unanswered.map((job) =>
      texts.joinSentences(noReport(texts, job, 'subscribe'), texts.get('answer.no_baseline')),
    ),
    ...untoldLines(texts, outcome),
    ...(outcome.resumed > 0 ? [texts.get('answer.resumed', { count: outcome.resumed })] : []),
  ];
  const wanted = { subscribe: typedRules(outcome.rules.changes).join(' ') };
  return message([
    linesPart(said),
    ...outcome.patterns.flatMap((pattern) => subscribePatternParts(texts, pattern, wanted.subscribe)),
    ...unresolvedParts(texts, outcome, wanted, channelId),
    ...confirmChanges(texts, outcome, wanted.subscribe),
  ]);
}

/** What the channel could not be told, which it is once that is mended, and what was not subscribed because of it. */
function untoldLines(texts: Texts, { untold, changed }: SubscribeDone): readonly string[] {
  if (untold === null) return [];
  const why = explainRefusal(texts, untold.reason);
  const { takenBack } = untold;
  return [
    ...(changed.length === 0 ? [] : [texts.get('answer.rules_untold', { why })]),
    ...(takenBack.length === 0 ? [] : [texts.get('answer.taken_back', { why, jobs: jobNames(texts, takenBack) })]),
  ];
}

/** Asks before the rules of what somebody else subscribed are changed; each question is about what its button carries. */
function confirmChanges(texts: Texts, { toConfirm }: SubscribeDone, rules: string): readonly Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < toConfirm.length; from += MAX_CONFIRMED) {
    const those = toConfirm.slice(from, from + MAX_CONFIRMED);
    const value = JOBS_VALUE.encode({ jobs: those.map(({ job }) => job.jobId), rules });
    const lines = those.map(({ job, before, after }) => {
      const changes = changeWords(texts, before.rules, after);
      return texts.get('answer.change_of_other', { job: boldName(job), who: mention(before.createdBy), changes });
    });
    const count = those.length;
    parts.push(
      { kind: 'news', headline: texts.get('answer.confirm_change', { count }), lines },
      {
        kind: 'buttons',
        buttons: [
          { text: texts.get('button.change_anyway'), actionId: ACTIONS.changeAnyway, value, style: 'danger' },
          { text: texts.get('button.leave_rules'), actionId: ACTIONS.keepOthers, value },
        ],
      },
    );
  }
  return parts;
}

function subscribedLines(
  texts: Texts,
  { subscribed: jobs, alarmMs, rules }: SubscribeDone,
  channelId: string,
): readonly string[] {
  const [first] = jobs;
  if (first === undefined) return [];
  const states = worstFirst(jobs, ({ state }) => standingOf(state, alarmMs)).map((job) =>
    jobHeadline(texts, job, alarmMs),
  );
  const undo = undoCommands(texts, 'unsubscribe', jobs);
  return [
    texts.get('answer.subscribed', { jobs: jobNames(texts, jobs) }),
    ...withMore(texts, states, MAX_STATES),
    ...rulesLine(texts, rules),
    texts.get(isDirectMessage(channelId) ? 'answer.subscribed_what_dm' : 'answer.subscribed_what', { undo }),
  ];
}

/** What was typed, as far as it asks for anything. */
function rulesLine(texts: Texts, { changes }: SaidRules): readonly string[] {
  const said = choiceWords(texts, changeRules(NOTHING_CHOSEN, changes));
  return said === '' ? [] : [texts.get('rules.line', { rules: said })];
}

/** Jobs of which the same has changed are named together. */
function changedLines(texts: Texts, { changed, rules }: SubscribeDone): readonly string[] {
  const groups = new Map<string, Changed[]>();
  for (const one of changed) {
    const words = changeWords(texts, one.before.rules, one.after.rules);
    groups.set(words, [...(groups.get(words) ?? []), one]);
  }
  return [...groups].map(([changes, of]) => {
    const [first] = of;
    const jobs = jobNames(
      texts,
      of.map(({ job }) => job),
    );
    if (first === undefined || of.length > 1) return `${jobs} – ${changes}`;
    const { job, before } = first;
    const undo = typedRules(undoOf(rules.changes, before.chosen)).join(' ');
    return texts.get('answer.rules_changed_one', {
      job: boldName(job),
      who: mention(before.createdBy),
      changes,
      undo: texts.command(`subscribe ${shortId(job.jobId)} ${undo}`),
    });
  });
}

function alreadyLine(
  texts: Texts,
  { job, subscription: { createdBy, createdAt, rules } }: SubscribeDone['already'][number],
  { rules: { changes } }: SubscribeDone,
): string {
  const by = { job: boldName(job), who: mention(createdBy), at: dateAndTime(createdAt) };
  const typed = RULES.filter((rule) => changes[rule] !== undefined);
  return typed.length === 0
    ? texts.get('answer.already', by)
    : texts.get('answer.already_so', { ...by, rules: ruleWords(texts, typed, rules) });
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
