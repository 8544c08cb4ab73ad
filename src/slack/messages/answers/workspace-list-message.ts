import type { EpochMs } from '../../../domain/base/time.ts';
import { isDirectMessage } from '../../../domain/conversation.ts';
import { standingOfSeen } from '../../../domain/job/seen-job.ts';
import { worstFirst } from '../../../domain/job/standing.ts';
import { distinctNames } from '../../../domain/names/tell-apart.ts';
import type { ListedSubscription } from '../../../domain/subscription.ts';
import type { WorkspaceList } from '../../../use-cases/showing/list-workspace.ts';
import { jobCells, jobHeadings, PAGE_ROWS, standingCounts } from '../jobs/job-table.ts';
import { ACTIONS } from '../kit/button-value.ts';
import { endThereButtons } from '../kit/end-there-button.ts';
import { pageButtons, pageFooter } from '../kit/page-buttons.ts';
import { footer, lines, message } from '../kit/message.ts';
import type { Cell, Part, SlackMessage } from '../kit/message.ts';
import { channelLink, code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { namedJob } from './list-message.ts';

/** Which page of the list is shown, and when. */
export interface WorkspaceListView {
  readonly now: EpochMs;
  /** Of the first row, from 0. */
  readonly offset?: number;
}

type WatchingChannel = WorkspaceList['channels'][number];

/**
 * What the channels of a workspace watch, as a table, the worst first; those the reader may not know of are only counted. People
 * stand there by name, so that nobody is called.
 */
export function workspaceListMessage(
  texts: Texts,
  { channels, hidden, names }: WorkspaceList,
  { now, offset = 0 }: WorkspaceListView,
): SlackMessage {
  const all = channels.flatMap((channel) => channel.subscriptions.map((one) => ({ ...namedJob(one), channel })));
  const count = all.length + hidden.jobs;
  if (count === 0) return lines(texts.get('list_all.none'));
  const sorted = worstFirst(all, standingOfSeen);
  const from = offset < sorted.length ? offset : 0;
  const page = sorted.slice(from, from + PAGE_ROWS);
  const at = { from, shown: page.length, count: sorted.length };
  const headline = texts.get('list_all.headline', { count });
  const counts = sorted.length === 0 ? '' : ` – ${standingCounts(sorted.map(standingOfSeen))}`;
  const nameOf = distinctNames(sorted);
  const rows = page.map((one) => [nameOf(one), ...jobCells(texts, one, now), watcherCell(texts, one, names)]);
  return message([
    { kind: 'news', headline: `${headline}${counts}`, bold: headline },
    ...(page.length === 0
      ? []
      : [
          {
            kind: 'table' as const,
            rows: [[...jobHeadings(texts), texts.get('table.watched')], ...rows],
            alignRight: [2],
          },
        ]),
    ...[...new Set(page.map(({ channel }) => channel))].flatMap((channel) => heldPart(texts, channel)),
    ...(page.length === 0 ? [] : [{ kind: 'buttons' as const, ...pageButtons(texts, ACTIONS.pageListAll, at) }]),
    ...pageFooter(texts, at),
    ...(hidden.channels > 0 ? [footer(texts.get('list_all.hidden', { ...hidden }))] : []),
  ]);
}

/** `⏸️ #ops · ada`: where, whether posts are held back there, and who subscribed. */
function watcherCell(
  texts: Texts,
  { channel: { channelId, pause }, createdBy }: ListedSubscription & { readonly channel: WatchingChannel },
  names: ReadonlyMap<string, string>,
): Cell {
  const before = pause === null ? '' : '⏸️ ';
  // Whose direct messages they are goes without saying.
  if (isDirectMessage(channelId)) return `${before}${texts.get('table.dm')}`;
  const name = names.get(createdBy);
  return { before, channelId, after: name === undefined ? '' : ` · ${name}` };
}

/** Why posts are held back, and a way to end what is watched there: what can be typed there needs none. */
function heldPart(texts: Texts, { channelId, subscriptions, pause }: WatchingChannel): readonly Part[] {
  if (pause === null) return [];
  const channel = isDirectMessage(channelId) ? texts.get('list_all.dm') : channelLink(channelId);
  const [end] = endThereButtons(
    texts,
    channelId,
    subscriptions.map((one) => one.jobId),
  );
  const line = texts.get('list_all.paused', { channel, reason: code(pause.reason), count: subscriptions.length });
  return [{ kind: 'row', line, ...(end === undefined ? {} : { button: end }) }];
}
