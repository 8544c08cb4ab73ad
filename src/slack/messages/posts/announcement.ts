import { HELD, HELD_REASONS } from '../../../domain/access.ts';
import { isDirectMessage } from '../../../domain/conversation.ts';
import { isUnwell } from '../../../domain/job/standing.ts';
import type { Announcement, NamedJob, RuledJob, StandingJob } from '../../../domain/post/post.ts';
import { isEmpty } from '../../../domain/rules/rule-choice.ts';
import { failureLines, standingsPart } from '../jobs/standings.ts';
import { ACTIONS } from '../kit/button-value.ts';
import { endThereButtons } from '../kit/end-there-button.ts';
import { boldName, jobNames, nameAll, withMore } from '../kit/job-names.ts';
import { channelLink, code, escapeMrkdwn, mention } from '../kit/mrkdwn.ts';
import type { ButtonSpec } from '../kit/message.ts';
import { explainRemedy } from '../kit/refusal-text.ts';
import { changeWords, choiceWords } from '../kit/rule-words.ts';
import type { Texts } from '../kit/texts.ts';
import { alertLines } from './alert-lines.ts';
import { backLines, blindLines } from './blind-lines.ts';

/** Jobs named in a notice about a channel. */
const MAX_NAMES = 3;

/** What a conversation is told beside the events of jobs, line by line. */
export function announcementLines(texts: Texts, said: Announcement, channelId: string): readonly string[] {
  const isDirect = isDirectMessage(channelId);
  switch (said.kind) {
    case 'subscribed': {
      const line = isDirect
        ? texts.get('announced.subscribed_dm', { jobs: jobNames(texts, said.jobs) })
        : texts.get('announced.subscribed', { who: mention(said.by), jobs: subscribedNames(texts, said.jobs) });
      return [
        [line, ...standingsPart(texts, said.jobs)].join(' – '),
        ...failureLines(texts, said.jobs),
        ...(isEmpty(said.rules) ? [] : [texts.get('rules.line', { rules: choiceWords(texts, said.rules) })]),
      ];
    }
    case 'unsubscribed': {
      if (isDirect) return [texts.get('announced.unsubscribed_dm', { jobs: jobNames(texts, said.jobs) })];
      const jobs = nameAll(texts, said.jobs, (job) =>
        job.madeBy === null
          ? boldName(job)
          : texts.get('announced.made_by', { job: boldName(job), who: mention(job.madeBy) }),
      );
      return [texts.get('announced.unsubscribed', { who: mention(said.by), jobs })];
    }
    case 'jobs_back': {
      const key = isDirect ? 'announced.jobs_back_dm' : 'announced.jobs_back';
      return [texts.get(key, { jobs: jobNames(texts, said.jobs), count: said.jobs.length })];
    }
    case 'rules':
      return ruledLines(texts, said, isDirect);
    case 'channel_rules': {
      const changes = changeWords(texts, said.before, said.after);
      return [
        texts.get(isDirect ? 'announced.channel_rules_dm' : 'announced.channel_rules', {
          who: mention(said.by),
          changes,
        }),
      ];
    }
    case 'language': {
      const language = texts.get(`language.${said.language}`);
      return [texts.get('announced.language', { who: mention(said.by), language })];
    }
    case 'hello': {
      const subscribe = texts.command('subscribe <job>');
      return [texts.get('announced.hello'), texts.get('announced.hello_start', { subscribe })];
    }
    case 'paused':
      return pausedLines(texts, said);
    case 'blind':
      return blindLines(texts, said);
    case 'back':
      return backLines(texts, said);
    case 'signal':
      return alertLines(texts, said.signal);
    case 'other':
      return [texts.get('announced.other', { name: escapeMrkdwn(said.name) })];
  }
}

/** Jobs of which the same has changed are named together. */
function ruledLines(
  texts: Texts,
  { by, jobs }: Extract<Announcement, { readonly kind: 'rules' }>,
  isDirect: boolean,
): readonly string[] {
  const groups = new Map<string, RuledJob[]>();
  for (const job of jobs) {
    const changes = changeWords(texts, job.before, job.after);
    groups.set(changes, [...(groups.get(changes) ?? []), job]);
  }
  const key = isDirect ? 'announced.rules_dm' : 'announced.rules';
  return [...groups].map(([changes, those]) =>
    texts.get(key, { who: mention(by), jobs: jobNames(texts, those), changes }),
  );
}

/** What can be done about it at once. */
export function announcementButtons(texts: Texts, said: Announcement): readonly ButtonSpec[] {
  if (said.kind === 'hello')
    return [{ text: texts.get('button.all_jobs'), actionId: ACTIONS.browseJobs, style: 'primary' }];
  if (said.kind !== 'paused' || said.reason === HELD.channel_deleted) return [];
  return endThereButtons(
    texts,
    said.channelId,
    said.jobs.map((job) => job.jobId),
  );
}

/** Posts to another channel are held back, or it is no more. */
function pausedLines(
  texts: Texts,
  { channelId, reason, jobs }: Extract<Announcement, { readonly kind: 'paused' }>,
): readonly string[] {
  const isDeleted = reason === HELD.channel_deleted;
  const held = HELD_REASONS.includes(reason) ? 'announced.held' : 'announced.paused';
  return [
    texts.get(isDeleted ? 'announced.deleted' : held, { channel: channelLink(channelId), reason: code(reason) }),
    texts.get(isDeleted ? 'announced.deleted_jobs' : 'announced.paused_jobs', { jobs: fewNames(texts, jobs) }),
    explainRemedy(texts, reason),
  ];
}

/** What it is about, in a line of a phone. */
function fewNames(texts: Texts, jobs: readonly NamedJob[]): string {
  return withMore(texts, jobs.map(boldName), MAX_NAMES).join(', ');
}

/** Those that are not well are named with how they are; the names of all others would hide them. */
function subscribedNames(texts: Texts, jobs: readonly StandingJob[]): string {
  const isAnyUnwell = jobs.some(({ standing }) => standing !== null && isUnwell(standing));
  return jobs.length > 1 && isAnyUnwell ? texts.get('names.count', { count: jobs.length }) : jobNames(texts, jobs);
}
