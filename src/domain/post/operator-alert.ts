import { operatorMatter } from '../job/explanation.ts';
import type { Explanation, ExplanationKey } from '../job/explanation.ts';
import type { Job } from '../job/job.ts';
import type { EpochMs } from '../base/time.ts';

/** States of the bot that its operator must mend. A closed list: it is also a key in the store. */
export type AlertKind = 'credentials' | 'drs' | 'database_new' | 'database_displaced';

/** A message that Slack refused twice, so that it was given up. */
export interface RefusedPost {
  readonly channelId: string;
  /** Slack's error name. */
  readonly reason: string;
  /** What it was about; empty for a message about no job. */
  readonly jobs: readonly Pick<Job, 'connectionId' | 'jobId' | 'name' | 'jobType'>[];
}

/** Something in the database that could not be read and was set aside, so that the rest goes on. */
export interface SetAsideRow {
  /** `job`, `event`, `announcement` or `cause`. */
  readonly what: string;
  /** Which one: a job's id, or the number of a row. */
  readonly key: string;
}

/** What whoever runs the bot must mend, or that it is mended. */
export type OperatorAlert =
  | { readonly kind: 'credentials_refused'; readonly why: Explanation }
  | { readonly kind: 'credentials_accepted'; readonly since: EpochMs; readonly until: EpochMs }
  /** No usable answer for so long that every channel was told. */
  | { readonly kind: 'drs_silent'; readonly since: EpochMs; readonly until: EpochMs; readonly why: Explanation }
  | { readonly kind: 'drs_answers'; readonly since: EpochMs; readonly until: EpochMs }
  | { readonly kind: 'posts_refused'; readonly posts: readonly RefusedPost[] }
  /** Nobody has worked with it yet. */
  | { readonly kind: 'database_new'; readonly path: string }
  /** The path no longer leads to the file that is open. `savedAs`: null when it could not be copied. */
  | {
      readonly kind: 'database_displaced';
      readonly path: string;
      readonly how: 'gone' | 'replaced';
      readonly savedAs: string | null;
    }
  | { readonly kind: 'database_in_place'; readonly since: EpochMs; readonly until: EpochMs }
  /** The first of them, and how many there are. */
  | { readonly kind: 'rows_set_aside'; readonly rows: readonly SetAsideRow[]; readonly count: number }
  /** Of a kind that this version does not know. */
  | { readonly kind: 'other'; readonly name: string };

/** Besides matters of access: a project that is not to be had. */
const NO_PROJECT: ReadonlySet<ExplanationKey> = new Set<ExplanationKey>(['project_unknown', 'project_unavailable']);

/** Whether the cloud refuses this bot as such. */
export function isRefusal(why: Explanation): boolean {
  // A gateway that wants another kind of sign-in has not refused anybody yet.
  const isAccess = operatorMatter(why) === 'access' && why.key !== 'gateway_wants_token';
  return isAccess || NO_PROJECT.has(why.key);
}
