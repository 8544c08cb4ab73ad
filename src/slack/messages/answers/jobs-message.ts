import { isDirectMessage } from '../../../domain/conversation.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { isListedAsOver } from '../../../domain/names/listed-job.ts';
import { shortenNames } from '../../../domain/names/shorten-names.ts';
import type { JobPage, PagedJob } from '../../../use-cases/showing/list-jobs.ts';
import { jobCells, jobHeadings, standingCounts } from '../jobs/job-table.ts';
import { ACTIONS, encodePageOption, PAGE_VALUE } from '../kit/button-value.ts';
import { sharedByPart, shareButton, subscribeLabel } from '../kit/job-buttons.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { ButtonSpec, Cell, Part, SelectSpec, SlackMessage, TableRow } from '../kit/message.ts';
import { ago, code, safeName } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Where the list of jobs is shown. */
export interface JobsView {
  readonly channelId: string;
  readonly now: EpochMs;
  /** Who showed it to everybody; left out while only one person sees it. */
  readonly sharedBy?: string;
}

/** What DRS lists as a table, the worst first, a page at a time, and a menu to watch one of the page. */
export function jobsMessage(texts: Texts, page: JobPage, { channelId, now, sharedBy }: JobsView): SlackMessage {
  return message([
    headlinePart(texts, page),
    ...(page.jobs.length === 0 ? [] : [tablePart(texts, page.jobs, now)]),
    ...(sharedBy === undefined ? [buttons(texts, page, channelId)] : []),
    ...footerLines(texts, page).map(footer),
    ...(sharedBy === undefined ? [] : [sharedByPart(texts, sharedBy)]),
  ]);
}

function headlinePart(texts: Texts, { standings, text, listedAt, isListPending }: JobPage): Part {
  const count = standings.length;
  if (count > 0) {
    const headline =
      text === null
        ? texts.get('jobs.headline', { count })
        : texts.get('jobs.headline_matching', { count, text: code(text) });
    return { kind: 'news', headline: `${headline} – ${standingCounts(standings)}`, bold: headline };
  }
  if (isListPending) return linesPart([texts.get('jobs.list_pending')]);
  if (listedAt === null) return linesPart([]);
  if (text !== null)
    return linesPart([texts.get('jobs.none_matching', { text: code(text), jobs: texts.command('jobs') })]);
  const { asked, others } = texts.surroundings.projects();
  const none = texts.get('jobs.none', { project: safeName(asked) });
  return linesPart(others === '' ? [none] : [none, texts.get('jobs.other_projects', { projects: safeName(others) })]);
}

function tablePart(texts: Texts, jobs: readonly PagedJob[], now: EpochMs): Part {
  const rows = jobs.map((job): TableRow => {
    const [state, lag] = jobCells(texts, job, now);
    const parts = job.subJobs > 0 ? [texts.get('detail.sub_jobs', { count: job.subJobs })] : [];
    return [job.shownName, [state, ...parts].join(' · '), lag, watchersCell(texts, job.watchers)];
  });
  return { kind: 'table', rows: [[...jobHeadings(texts), texts.get('table.watched')], ...rows], alignRight: [2] };
}

/** `here`, `here +2`, one channel by name, or how many; nothing where nobody is known to watch. */
function watchersCell(texts: Texts, { isHere, elsewhere }: PagedJob['watchers']): Cell {
  const [first, ...others] = elsewhere;
  if (isHere) {
    const here = texts.get('table.here');
    return first === undefined ? here : `${here} +${elsewhere.length}`;
  }
  if (first === undefined) return '';
  if (others.length > 0) return texts.get('table.channels', { count: elsewhere.length });
  return isDirectMessage(first) ? texts.get('table.dm') : { before: '', channelId: first, after: '' };
}

function footerLines(texts: Texts, page: JobPage): readonly string[] {
  const { jobs, offset, standings, listedAt, failure, isListPending } = page;
  const lines = [
    listedAt === null || jobs.length === 0
      ? null
      : texts.get('jobs.page', {
          from: offset + 1,
          to: offset + jobs.length,
          count: standings.length,
          ago: ago(listedAt),
        }),
    failure === null
      ? null
      : texts.joinSentences(
          texts.get('jobs.not_listed', { why: texts.explain(failure) }),
          texts.get('jobs.not_listed_hint'),
        ),
    isListPending && standings.length > 0 ? texts.get('jobs.list_pending') : null,
  ];
  return lines.filter((line) => line !== null);
}

function buttons(texts: Texts, page: JobPage, channelId: string): Part {
  const { text, offset, previous, next, jobs } = page;
  const value = PAGE_VALUE.encode({ text, offset });
  const goTo = (label: 'previous' | 'next', to: number | null): readonly ButtonSpec[] => {
    const actionId = `${ACTIONS.pageJobs}:${label}`;
    return to === null
      ? []
      : [{ text: texts.get(`button.${label}`), actionId, value: PAGE_VALUE.encode({ text, offset: to }) }];
  };
  const refresh = { text: texts.get('button.refresh'), actionId: `${ACTIONS.pageJobs}:again`, value };
  const isWatched = jobs.some(({ watchers }) => watchers.isHere);
  const manage = isWatched ? [{ text: texts.get('button.manage'), actionId: ACTIONS.manageList, value }] : [];
  const share = jobs.length === 0 ? [] : shareButton(texts, channelId, { actionId: ACTIONS.shareJobs, value });
  const select = watchSelect(texts, page, channelId);
  const pages = [...goTo('previous', previous), ...goTo('next', next)];
  return pages.length === 0
    ? { kind: 'buttons', select, buttons: [refresh, ...share], more: manage }
    : { kind: 'buttons', select, buttons: pages, more: [refresh, ...manage, ...share] };
}

/** The jobs of the page that can still be watched here; null where there is none. */
function watchSelect(texts: Texts, { jobs, text, offset }: JobPage, channelId: string): SelectSpec | null {
  const free = jobs.filter((job) => !job.watchers.isHere && !isListedAsOver(job));
  if (free.length === 0) return null;
  const names = shortenNames(free.map(({ shownName }) => shownName));
  return {
    placeholder: subscribeLabel(texts, channelId),
    actionId: ACTIONS.subscribeListed,
    options: free.map((job, index) => ({
      text: names[index] ?? job.shownName,
      value: encodePageOption({ text, offset, target: job.jobId }),
    })),
  };
}
