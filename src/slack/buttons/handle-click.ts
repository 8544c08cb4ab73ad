import { ACTIONS } from '../messages/kit/button-value.ts';
import type { Click } from '../parsing/parse-interaction.ts';
import type { Request } from '../requests/request.ts';
import { showAuditOfJob, showAuditPage } from './audit-buttons.ts';
import { refreshChart, shareChart } from './chart-buttons.ts';
import type { ClickHandler } from './click.ts';
import { changeAnyway, endThere, keepSubscriptions, unsubscribeAnyway, unsubscribeFromAll } from './confirm-buttons.ts';
import { refreshHealth, showWholeHealth } from './health-buttons.ts';
import { shareHelp, showHelp } from './help-buttons.ts';
import { browseJobs, shareJobs, showJobsPage, subscribeListed } from './jobs-buttons.ts';
import { manageList, shareList, showListPage, showWorkspacePage, unsubscribeListed } from './list-buttons.ts';
import { subscribeAll, subscribeNamed, unsubscribeNamed, watchNamesake } from './name-buttons.ts';
import { refreshToldPost, showWholePost } from './post-buttons.ts';
import { refreshReady, shareReady } from './ready-buttons.ts';
import {
  refreshStatus,
  shareStatus,
  showLastLogLines,
  showRawFields,
  subscribeTarget,
  unsubscribeTarget,
} from './status-buttons.ts';
import { refreshWhy } from './why-buttons.ts';

const HANDLERS: Readonly<Record<string, ClickHandler>> = {
  [ACTIONS.refreshStatus]: refreshStatus,
  [ACTIONS.showStatus]: refreshStatus,
  [ACTIONS.shareStatus]: shareStatus,
  [ACTIONS.lastLogLines]: showLastLogLines,
  [ACTIONS.showRaw]: showRawFields,
  [ACTIONS.refreshReady]: refreshReady,
  [ACTIONS.shareReady]: shareReady,
  [ACTIONS.subscribe]: subscribeTarget,
  [ACTIONS.unsubscribe]: unsubscribeTarget,
  [ACTIONS.refreshPost]: refreshToldPost,
  [ACTIONS.showAll]: showWholePost,
  [ACTIONS.watchNamesake]: watchNamesake,
  [ACTIONS.subscribeNamed]: subscribeNamed,
  [ACTIONS.subscribeAll]: subscribeAll,
  [ACTIONS.unsubscribeNamed]: unsubscribeNamed,
  [ACTIONS.unsubscribeAnyway]: unsubscribeAnyway,
  [ACTIONS.changeAnyway]: changeAnyway,
  [ACTIONS.unsubscribeAll]: unsubscribeFromAll,
  [ACTIONS.keepAll]: keepSubscriptions,
  [ACTIONS.keepOthers]: keepSubscriptions,
  [ACTIONS.endThere]: endThere,
  [ACTIONS.unsubscribeListed]: unsubscribeListed,
  [ACTIONS.shareList]: shareList,
  [ACTIONS.manageList]: manageList,
  [`${ACTIONS.pageList}:previous`]: showListPage,
  [`${ACTIONS.pageList}:next`]: showListPage,
  [`${ACTIONS.pageList}:again`]: showListPage,
  [`${ACTIONS.pageListAll}:previous`]: showWorkspacePage,
  [`${ACTIONS.pageListAll}:next`]: showWorkspacePage,
  [`${ACTIONS.pageListAll}:again`]: showWorkspacePage,
  [ACTIONS.subscribeListed]: subscribeListed,
  [`${ACTIONS.pageJobs}:previous`]: showJobsPage,
  [`${ACTIONS.pageJobs}:next`]: showJobsPage,
  [`${ACTIONS.pageJobs}:again`]: showJobsPage,
  [ACTIONS.browseJobs]: browseJobs,
  [ACTIONS.shareJobs]: shareJobs,
  [ACTIONS.showAudit]: showAuditOfJob,
  [`${ACTIONS.pageAudit}:newest`]: showAuditPage,
  [`${ACTIONS.pageAudit}:older`]: showAuditPage,
  [ACTIONS.refreshChart]: refreshChart,
  [ACTIONS.shareChart]: shareChart,
  [ACTIONS.refreshWhy]: refreshWhy,
  [ACTIONS.shareHelp]: shareHelp,
  [ACTIONS.showHelp]: showHelp,
  [ACTIONS.showHealth]: refreshHealth,
  [ACTIONS.wholeHealth]: showWholeHealth,
};

/** Whether anything stands behind a button: a link opens without us, and others this version does not know. */
export function isHandled({ actionId }: Click): boolean {
  return Object.hasOwn(HANDLERS, actionId);
}

/** Carries out what a button stands for. A button nobody knows does nothing: it has been acknowledged already. */
export async function handleClick(request: Request, click: Click): Promise<void> {
  if (isHandled(click)) await HANDLERS[click.actionId]?.({ ...request, click });
}
