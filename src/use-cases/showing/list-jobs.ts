import { standingOfSeen } from '../../domain/job/seen-job.ts';
import type { SeenJob } from '../../domain/job/seen-job.ts';
import { worstFirst } from '../../domain/job/standing.ts';
import type { Standing } from '../../domain/job/standing.ts';
import { isListedAsOver } from '../../domain/names/listed-job.ts';
import type { ListedJob } from '../../domain/names/listed-job.ts';
import { distinctNames } from '../../domain/names/tell-apart.ts';
import type { ListedSubscription } from '../../domain/subscription.ts';
import type { Channels } from '../../ports/slack.ts';
import type { JobListState, JobListStore } from '../../ports/store/job-list.ts';
import type { Actor, SubscriptionStore } from '../../ports/store/subscriptions.ts';
import type { JobList } from './refresh-job-list.ts';
import { findVisible } from './visible-channels.ts';

/** Jobs on one page. */
const PAGE_SIZE = 20;

/** What listing jobs takes. */
export interface ListJobsDeps {
  readonly store: JobListStore & SubscriptionStore;
  readonly channels: Channels;
  readonly connectionId: string;
  readonly jobList: JobList;
}

/** Who watches a job, as far as the asker may know. */
export interface Watchers {
  /** The conversation in which this was asked. */
  readonly isHere: boolean;
  /** Other conversations. */
  readonly elsewhere: readonly string[];
}

/** A job of DRS's list, and how it was when it was last looked at; nobody looks at one that nobody watches. */
export type PagedJob = ListedJob &
  SeenJob & {
    /** Its name, with what tells it from others of the list that have the same. */
    readonly shownName: string;
    readonly watchers: Watchers;
  };

/** One page of what DRS lists. */
export interface JobPage extends JobListState {
  /** What was searched for; null for everything. */
  readonly text: string | null;
  /** Of the first job on this page, from 0. */
  readonly offset: number;
  /** Of all jobs, on whatever page. */
  readonly standings: readonly Standing[];
  /** The list is being read at this moment, for the first time or anew. */
  readonly isListPending: boolean;
  readonly jobs: readonly PagedJob[];
  /** Where the neighbouring pages begin; null where there is none. */
  readonly previous: number | null;
  readonly next: number | null;
}

/**
 * What DRS lists, as it was when the list was last read, the worst first and what is over last; it is read anew first if that is
 * more than a minute ago.
 *
 * @param readers who will see it: of what is shown to everybody in a channel, nothing is said of other channels
 */
export async function listJobs(
  { store, channels, connectionId, jobList }: ListJobsDeps,
  actor: Actor,
  {
    text,
    offset,
    readers = 'asker',
  }: { readonly text: string | null; readonly offset: number; readonly readers?: 'asker' | 'everybody' },
): Promise<JobPage> {
  const { isReading } = await jobList.refresh();
  const state = await store.findJobListState(connectionId);
  const listed = await store.findListedJobs(connectionId, text);
  const watched = await watchedJobs(store, actor, connectionId);
  const seen = listed.map((job) => asSeen(job, watched.get(job.jobId) ?? [], actor));
  const running = seen.filter((job) => !isListedAsOver(job));
  const sorted = [...worstFirst(running, standingOfSeen), ...seen.filter(isListedAsOver)];
  const total = sorted.length;
  const from = offset < total ? offset : 0;
  const nameOf = distinctNames(sorted);
  const page = sorted.slice(from, from + PAGE_SIZE).map((job) => ({ ...job, shownName: nameOf(job) }));
  return {
    ...state,
    text,
    offset: from,
    standings: sorted.map(standingOfSeen),
    isListPending: isReading || (state.listedAt === null && state.failure === null),
    jobs: await withWatchers(channels, actor, page, readers),
    previous: from > 0 ? Math.max(0, from - PAGE_SIZE) : null,
    next: from + page.length < total ? from + PAGE_SIZE : null,
  };
}

type WatchedJob = ListedJob & SeenJob & { readonly subscriptions: readonly ListedSubscription[] };
type ShownJob = WatchedJob & Pick<PagedJob, 'shownName'>;

/** What the workspace watches, by job. */
async function watchedJobs(store: SubscriptionStore, { workspaceId }: Actor, connectionId: string) {
  const byJob = new Map<string, ListedSubscription[]>();
  for (const one of await store.listWorkspaceSubscriptions(workspaceId)) {
    if (one.connectionId === connectionId) byJob.set(one.jobId, [...(byJob.get(one.jobId) ?? []), one]);
  }
  return byJob;
}

/** A list that is newer than the last look at the job knows better. */
function asSeen(job: ListedJob, subscriptions: readonly ListedSubscription[], { channelId }: Actor): WatchedJob {
  const here = subscriptions.find((one) => one.channelId === channelId);
  const state = (here ?? subscriptions[0])?.state ?? null;
  if (state === null || state.report?.status !== job.status) return { ...job, state: null, subscriptions };
  return { ...job, state, rules: here?.rules ?? {}, subscriptions };
}

async function withWatchers(
  channels: Channels,
  actor: Actor,
  page: readonly ShownJob[],
  readers: 'asker' | 'everybody',
): Promise<readonly PagedJob[]> {
  const visible = readers === 'everybody' ? new Set<string>() : await visibleAmong(channels, actor, page);
  return page.map(({ subscriptions, ...job }) => {
    const ids = subscriptions.map(({ channelId }) => channelId);
    const elsewhere = ids.filter((channelId) => channelId !== actor.channelId && visible.has(channelId));
    return { ...job, watchers: { isHere: ids.includes(actor.channelId), elsewhere } };
  });
}

async function visibleAmong(channels: Channels, actor: Actor, page: readonly WatchedJob[]) {
  const owners = new Map<string, string[]>();
  for (const { channelId, createdBy } of page.flatMap(({ subscriptions }) => subscriptions))
    owners.set(channelId, [...(owners.get(channelId) ?? []), createdBy]);
  return await findVisible(
    channels,
    actor,
    [...owners].map(([channelId, all]) => ({ channelId, owners: all })),
  );
}
