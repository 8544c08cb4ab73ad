import { shortId } from '../../../domain/job/job-id.ts';
import { isListedAsOver } from '../../../domain/names/listed-job.ts';
import type { JobPage } from '../../../use-cases/showing/list-jobs.ts';
import { isMessageKey } from '../../../words/plain-texts.ts';
import { statusName } from '../jobs/status-words.ts';
import { ACTIONS, PAGE_VALUE } from '../kit/button-value.ts';
import { buttonsOrSharedBy, shareButton, subscribeLabel } from '../kit/job-buttons.ts';
import { boldName } from '../kit/job-names.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { ButtonSpec, Part, SlackMessage } from '../kit/message.ts';
import { ago, code, safeName } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/**
 * What DRS lists, a page at a time, with a button to subscribe each.
 *
 * @param sharedBy who showed it to everybody; undefined while only one person sees it
 */
export function jobsMessage(texts: Texts, page: JobPage, channelId: string, sharedBy?: string): SlackMessage {
  return message([
    headlinePart(texts, page),
    ...page.jobs.map((job) => jobRow(texts, job, page, channelId)),
    ...footerLines(texts, page).map(footer),
    buttonsOrSharedBy(texts, sharedBy, buttons(texts, page, channelId)),
  ]);
}

function headlinePart(texts: Texts, { total, text, listedAt, isListPending }: JobPage): Part {
  if (total > 0) {
    const headline =
      text === null
        ? texts.get('jobs.headline', { count: total })
        : texts.get('jobs.headline_matching', { count: total, text: code(text) });
    return { kind: 'news', headline };
  }
  if (isListPending) return linesPart([texts.get('jobs.list_pending')]);
  if (listedAt === null) return linesPart([]);
  if (text !== null)
    return linesPart([texts.get('jobs.none_matching', { text: code(text), jobs: texts.command('jobs') })]);
  const { asked, others } = texts.surroundings.projects();
  const none = texts.get('jobs.none', { project: safeName(asked) });
  return linesPart(others === '' ? [none] : [none, texts.get('jobs.other_projects', { projects: safeName(others) })]);
}

function jobRow(texts: Texts, job: JobPage['jobs'][number], page: JobPage, channelId: string): Part {
  const { emoji, state } = statusName(texts, job.status, job.jobType);
  const type = `jobs.type.${job.jobType}`;
  const details = [
    ...(isMessageKey(type) ? [texts.get(type)] : []),
    ...(job.subJobs > 0 ? [texts.get('detail.sub_jobs', { count: job.subJobs })] : []),
    shortId(job.jobId),
  ].join(' · ');
  const button = rowButton(texts, job, page, channelId);
  return {
    kind: 'row',
    line: `${emoji} ${boldName(job)} – ${state}\n${details}`,
    ...(button === null ? {} : { button }),
  };
}

function rowButton(
  texts: Texts,
  job: JobPage['jobs'][number],
  { text, offset }: JobPage,
  channelId: string,
): ButtonSpec | null {
  const value = PAGE_VALUE.encode({ text, offset, target: job.jobId });
  if (job.subscribed) return { text: texts.get('button.unsubscribe'), actionId: ACTIONS.unsubscribeListed, value };
  if (isListedAsOver(job)) return null;
  return { text: subscribeLabel(texts, channelId), actionId: ACTIONS.subscribeListed, value };
}

function footerLines(texts: Texts, page: JobPage): readonly string[] {
  const { jobs, offset, total, listedAt, failure, isListPending } = page;
  const lines = [
    listedAt === null || jobs.length === 0
      ? null
      : texts.get('jobs.page', { from: offset + 1, to: offset + jobs.length, count: total, ago: ago(listedAt) }),
    failure === null
      ? null
      : texts.joinSentences(
          texts.get('jobs.not_listed', { why: texts.explain(failure) }),
          texts.get('jobs.not_listed_hint'),
        ),
    isListPending && total > 0 ? texts.get('jobs.list_pending') : null,
  ];
  return lines.filter((line) => line !== null);
}

function buttons(texts: Texts, page: JobPage, channelId: string): readonly ButtonSpec[] {
  const { text, offset, previous, next, jobs, isListPending } = page;
  const goTo = (label: 'previous' | 'next' | 'refresh', to: number | null, action: string): readonly ButtonSpec[] => {
    const actionId = `${ACTIONS.pageJobs}:${action}`;
    return to === null
      ? []
      : [{ text: texts.get(`button.${label}`), actionId, value: PAGE_VALUE.encode({ text, offset: to }) }];
  };
  const share = { actionId: ACTIONS.shareJobs, value: PAGE_VALUE.encode({ text, offset }) };
  return [
    ...goTo('previous', previous, 'previous'),
    ...goTo('next', next, 'next'),
    ...goTo('refresh', isListPending ? offset : null, 'again'),
    ...(jobs.length === 0 ? [] : shareButton(texts, channelId, share)),
  ];
}
