import type { ListedJob } from '../../domain/names/listed-job.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { JobListState, JobListStore } from '../../ports/store/job-list.ts';
import type { SubscriptionStore } from '../../ports/store/subscriptions.ts';
import type { JobList } from './refresh-job-list.ts';

/** Jobs on one page: each has a button, and a phone shows not many more. */
const PAGE_SIZE = 10;

/** What listing jobs takes. */
export interface ListJobsDeps {
  readonly store: JobListStore & SubscriptionStore;
  readonly connectionId: string;
  readonly jobList: JobList;
}

/** One page of what DRS lists. */
export interface JobPage extends JobListState {
  /** What was searched for; null for everything. */
  readonly text: string | null;
  /** Of the first job on this page, from 0. */
  readonly offset: number;
  readonly total: number;
  /** The list is being read at this moment, for the first time or anew. */
  readonly isListPending: boolean;
  readonly jobs: readonly (ListedJob & { readonly subscribed: boolean })[];
  /** Where the neighbouring pages begin; null where there is none. */
  readonly previous: number | null;
  readonly next: number | null;
}

/** What DRS lists, as it was when the list was last read; it is read anew first if that is more than a minute ago. */
export async function listJobs(
  { store, connectionId, jobList }: ListJobsDeps,
  channel: ChannelKey,
  { text, offset }: { readonly text: string | null; readonly offset: number },
): Promise<JobPage> {
  const { isReading } = await jobList.refresh();
  const state = await store.findJobListState(connectionId);
  const { total, jobs } = await store.pageListedJobs({ connectionId, text, offset, limit: PAGE_SIZE });
  const subscribed = new Set((await store.listSubscriptions(channel)).map((one) => one.jobId));
  return {
    ...state,
    text,
    offset,
    total,
    isListPending: isReading || (state.listedAt === null && state.failure === null),
    jobs: jobs.map((job) => ({ ...job, subscribed: subscribed.has(job.jobId) })),
    previous: offset > 0 ? Math.max(0, offset - PAGE_SIZE) : null,
    next: offset + jobs.length < total ? offset + PAGE_SIZE : null,
  };
}
