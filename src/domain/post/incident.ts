import { isWithin, MINUTE, SECOND } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import type { RuleEvent } from '../job/rule-event.ts';

/** What news is of, what a rule found by the name of that. Only news of one kind is grouped; `other` is never grouped with anything. */
export type NewsKind =
  | 'failed'
  | 'recovered'
  | 'flapping'
  | 'settled'
  | 'full_copy'
  | 'full_copy_done'
  | 'replicating'
  | 'paused'
  | 'ended'
  | 'gone'
  | RuleEvent['kind']
  | 'other';

/** How long news is collected, and what makes an incident of it. */
export interface IncidentRules {
  /** After the oldest of some failures, in ms. */
  readonly collectFailuresMs: number;
  /** After the oldest of any other news, in ms. */
  readonly collectMs: number;
  /** How much longer at most, in ms, while the pass that found it goes on. */
  readonly passMs: number;
  /** So many become an incident. */
  readonly leastNews: number;
  /** An incident takes more for so long after it was posted, in ms, and a failure told singly still becomes a row of one. */
  readonly joinMs: number;
  /** What joins so soon, in ms, counts as what people were told of: they have hardly opened the message yet. */
  readonly settlingMs: number;
  /** Recoveries from one incident are told after this at the latest, in ms after the oldest of them. */
  readonly recoveriesMs: number;
}

export const DEFAULT_INCIDENT_RULES: IncidentRules = {
  collectFailuresMs: 5 * SECOND,
  collectMs: 30 * SECOND,
  passMs: 30 * SECOND,
  leastNews: 4,
  joinMs: 10 * MINUTE,
  settlingMs: MINUTE,
  recoveriesMs: 30 * MINUTE,
};

/** News of a job that one channel is owed. */
export interface PendingNews {
  /** Grows in the order in which things happened. */
  readonly id: number;
  /** The job, unique over all connections. */
  readonly job: string;
  readonly kind: NewsKind;
  /** What tells causes apart; null while none is known. */
  readonly cause: string | null;
  readonly foundAt: EpochMs;
}

/** A job told of in a post. */
export interface ToldRow {
  readonly job: string;
  readonly cause: string | null;
  /** When it came into the post. */
  readonly joinedAt: EpochMs;
  /** It is still as it was told: a failed job that has neither recovered nor been closed otherwise. */
  readonly isOpen: boolean;
}

/** A post of the channel that told news of one kind. */
export interface ToldPost {
  readonly id: string;
  readonly kind: NewsKind;
  readonly isIncident: boolean;
  readonly postedAt: EpochMs;
  /** An incident that takes further news: the last one of its key. */
  readonly isJoinable: boolean;
  /** Slack refused the last change of its message for good: what is to be told is told elsewhere. */
  readonly isFrozen: boolean;
  /** The incident that shows it as rows of its own; null for none. */
  readonly shownIn: string | null;
  /** Never empty. Of an incident with those of the posts that it shows. */
  readonly rows: readonly ToldRow[];
}

/** Why something is not told yet. A closed list: it is stored, and a metric label. */
export const HOLD_REASONS = [
  /** More of its kind may come. */
  'collecting',
  /** The pass that found it goes on. */
  'pass_goes_on',
  /** Others of its incident have not recovered yet. */
  'others_still_failed',
  /** Something older of the same job is not told yet. */
  'older_comes_first',
  /** It changed while nobody could look: the message that says so will name it. */
  'looked_at_again',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** What becomes of pending news. */
export type NewsDecision =
  | {
      readonly kind: 'hold';
      readonly news: readonly number[];
      /** Null: until that of its job which is older is told. */
      readonly until: EpochMs | null;
      readonly reason: HoldReason;
    }
  /** One post about one job: a single piece of news, or all the steps it took. */
  | { readonly kind: 'tell_job'; readonly news: readonly number[] }
  /** One post about many jobs. `shows`: earlier posts whose jobs become rows of it. */
  | { readonly kind: 'tell_incident'; readonly news: readonly number[]; readonly shows: readonly string[] }
  /** One post about the recoveries from an incident. */
  | { readonly kind: 'tell_recoveries'; readonly news: readonly number[]; readonly of: string }
  /** Told by an edit of a post, which notifies nobody. */
  | { readonly kind: 'join'; readonly news: readonly number[]; readonly post: string };

/** The moment, and the pass that is going on. */
export interface NewsMoment {
  readonly now: EpochMs;
  /** When the pass began that is under way; null while there is none. */
  readonly passBeganAt: EpochMs | null;
  readonly rules?: IncidentRules;
}

/**
 * Decides what becomes of the news that a channel is owed: told alone, together, by an edit, or not yet and why. The
 * decisions are in the order in which they are to be carried out; every piece of news is in exactly one of them, and none of
 * a job is told before an older one of that job.
 *
 * @param pending oldest first
 * @param posts those of the channel that may still take something, or that recoveries are of
 */
export function decideNews(
  pending: readonly PendingNews[],
  posts: readonly ToldPost[],
  moment: NewsMoment,
): readonly NewsDecision[] {
  const desk = { pending, posts, at: { rules: DEFAULT_INCIDENT_RULES, ...moment } };
  const blocked = findBlocked(pending, decideKinds(pending, desk));
  const free = pending.filter(({ id }) => !blocked.has(id));
  const waiting: readonly NewsDecision[] =
    blocked.size === 0 ? [] : [{ kind: 'hold', news: [...blocked], until: null, reason: 'older_comes_first' }];
  return [...inOrder(free, decideKinds(free, desk)), ...waiting];
}

function decideKinds(news: readonly PendingNews[], desk: Desk): readonly NewsDecision[] {
  const kinds = new Set(news.map(({ kind }) => kind));
  return [...kinds].flatMap((kind) =>
    decideKind(
      kind,
      news.filter((one) => one.kind === kind),
      desk,
    ),
  );
}

interface Desk {
  readonly pending: readonly PendingNews[];
  readonly posts: readonly ToldPost[];
  readonly at: Required<NewsMoment>;
}

function decideKind(kind: NewsKind, news: readonly PendingNews[], desk: Desk): readonly NewsDecision[] {
  switch (kind) {
    case 'other':
      return news.map(({ id }) => ({ kind: 'tell_job', news: [id] }));
    case 'recovered':
      return decideRecoveries(news, desk);
    default:
      return decideFresh(kind, news, desk);
  }
}

/** News of a kind that an open incident takes joins it at once; the rest is collected. */
function decideFresh(kind: NewsKind, news: readonly PendingNews[], desk: Desk): readonly NewsDecision[] {
  const { posts, at } = desk;
  const joined: NewsDecision[] = [];
  const rest: PendingNews[] = [];
  let open = posts.filter((post) => post.kind === kind && takesMore(post, at));
  for (const one of news) {
    const post = open.find((candidate) => isOfItsCauses(candidate, one.cause));
    if (post === undefined) {
      rest.push(one);
      continue;
    }
    joined.push({ kind: 'join', news: [one.id], post: post.id });
    const grown = withRow(post, one, at.now);
    open = open.flatMap((other) => (other.id !== post.id ? [other] : takesMore(grown, at) ? [grown] : []));
  }
  return [...joined, ...collect(kind, rest, desk)];
}

function withRow(post: ToldPost, { job, cause }: PendingNews, now: EpochMs): ToldPost {
  return { ...post, rows: [...post.rows, { job, cause, joinedAt: now, isOpen: true }] };
}

/** Whether a post is an incident that further news joins by edit: young, and not grown to twice what people were told of. */
function takesMore(
  { isIncident, isJoinable, postedAt, shownIn, rows }: ToldPost,
  { now, rules = DEFAULT_INCIDENT_RULES }: Pick<NewsMoment, 'now' | 'rules'>,
): boolean {
  if (!isIncident || !isJoinable || shownIn !== null || !isWithin(now, postedAt, rules.joinMs)) return false;
  const told = rows.filter(({ joinedAt }) => joinedAt - postedAt < rules.settlingMs).length;
  return isWithin(now, postedAt, rules.settlingMs) || rows.length + 1 < 2 * Math.max(told, 1);
}

/** Of one of its causes, or nobody knows: only a cause that is known to be another one is another story. */
function isOfItsCauses({ rows }: ToldPost, cause: string | null): boolean {
  const known = rows.flatMap((row) => (row.cause === null ? [] : [row.cause]));
  return cause === null || known.length === 0 || known.includes(cause);
}

/** Held until its time has come; then told together when there are enough of them, those told singly lately included. */
function collect(kind: NewsKind, news: readonly PendingNews[], { posts, at }: Desk): readonly NewsDecision[] {
  const [oldest] = news;
  if (oldest === undefined) return [];
  const hold = holdFor(kind, oldest, at);
  if (hold !== null) return [{ kind: 'hold', news: news.map(({ id }) => id), ...hold }];
  const earlier = posts.filter((post) => post.kind === kind && isRowToBe(post, news, at));
  const shown = earlier.flatMap((post) => post.rows.map(({ job }) => job));
  const jobs = new Set([...shown, ...news.map(({ job }) => job)]);
  if (jobs.size < at.rules.leastNews) return news.map(({ id }) => ({ kind: 'tell_job', news: [id] }));
  return [{ kind: 'tell_incident', news: news.map(({ id }) => id), shows: earlier.map(({ id }) => id) }];
}

/**
 * A failure told singly a moment ago, or an incident that has doubled: what is told now shows it as well. Not one that is
 * over, nor one of another cause.
 */
function isRowToBe(post: ToldPost, news: readonly PendingNews[], { now, rules }: Desk['at']): boolean {
  if (post.kind !== 'failed' || post.shownIn !== null || !isWithin(now, post.postedAt, rules.joinMs)) return false;
  return (
    post.rows.some(({ isOpen }) => isOpen) && (!post.isIncident || news.every((one) => isOfItsCauses(post, one.cause)))
  );
}

/** Until when the news is collected, and why; null when its time has come. */
function holdFor(
  kind: NewsKind,
  { foundAt }: PendingNews,
  { now, passBeganAt, rules }: Desk['at'],
): { readonly until: EpochMs; readonly reason: HoldReason } | null {
  const collectMs = kind === 'failed' ? rules.collectFailuresMs : rules.collectMs;
  if (isWithin(now, foundAt, collectMs)) return { until: foundAt + collectMs, reason: 'collecting' };
  const isOfThisPass = passBeganAt !== null && foundAt >= passBeganAt;
  if (isOfThisPass && isWithin(now, foundAt, collectMs + rules.passMs))
    return { until: foundAt + collectMs + rules.passMs, reason: 'pass_goes_on' };
  return null;
}

/** Recoveries from an incident wait for one another; any other is news like the rest. */
function decideRecoveries(news: readonly PendingNews[], desk: Desk): readonly NewsDecision[] {
  const incidents = desk.posts.filter((post) => post.kind === 'failed' && post.isIncident && post.shownIn === null);
  const incidentOf = (one: PendingNews) => {
    const incident = incidents.findLast(({ rows }) => rows.some((row) => row.job === one.job));
    return incident?.isFrozen === true && isOvertaken(one, desk.pending) ? undefined : incident;
  };
  const single = news.filter((one) => incidentOf(one) === undefined);
  const together = incidents.flatMap((incident) =>
    decideRecoveriesOf(
      incident,
      news.filter((one) => incidentOf(one) === incident),
      desk,
    ),
  );
  return [...together, ...collect('recovered', single, desk)];
}

/** Something newer of its job is to be told. */
function isOvertaken({ job, id }: PendingNews, pending: readonly PendingNews[]): boolean {
  return pending.some((other) => other.job === job && other.id > id);
}

function decideRecoveriesOf(
  { id: of, rows }: ToldPost,
  news: readonly PendingNews[],
  { pending, at: { now, rules } }: Desk,
): readonly NewsDecision[] {
  // Whatever came after it shall not wait for the recovery of others: the incident's message shows it already.
  const overtaken = news.filter((one) => isOvertaken(one, pending)).map(({ id }) => id);
  const joined: readonly NewsDecision[] = overtaken.length === 0 ? [] : [{ kind: 'join', news: overtaken, post: of }];
  const rest = news.filter((one) => !isOvertaken(one, pending));
  const [oldest] = rest;
  if (oldest === undefined) return joined;
  const ids = rest.map(({ id }) => id);
  const until = oldest.foundAt + rules.recoveriesMs;
  const isLast = rows.every(({ isOpen }) => !isOpen);
  if (!isLast && isWithin(now, oldest.foundAt, rules.recoveriesMs))
    return [...joined, { kind: 'hold', news: ids, until, reason: 'others_still_failed' }];
  return [...joined, { kind: 'tell_recoveries', news: ids, of }];
}

/** News of a job whose older news is told among other jobs' this time: it has its turn when that is done. */
function findBlocked(pending: readonly PendingNews[], decided: readonly NewsDecision[]): ReadonlySet<number> {
  const grouped = new Set(decided.flatMap(({ kind, news }) => (kind === 'hold' || kind === 'tell_job' ? [] : news)));
  const hasOlderGrouped = ({ id, job }: PendingNews) =>
    pending.some((other) => other.job === job && other.id < id && grouped.has(other.id));
  return new Set(pending.filter(hasOlderGrouped).map(({ id }) => id));
}

/** What is held although something newer of its job is due: that takes it along. */
function findReleased(pending: readonly PendingNews[], decided: readonly NewsDecision[]): ReadonlySet<number> {
  const held = new Set(decided.flatMap(({ kind, news }) => (kind === 'hold' ? news : [])));
  const hasNewerDue = ({ id, job }: PendingNews) =>
    pending.some((other) => other.job === job && other.id > id && !held.has(other.id));
  return new Set(pending.filter((news) => held.has(news.id) && hasNewerDue(news)).map(({ id }) => id));
}

/** Everything about one job that is to be told alone is one post with its steps; posts about many come after those. */
function inOrder(pending: readonly PendingNews[], decided: readonly NewsDecision[]): readonly NewsDecision[] {
  const released = findReleased(pending, decided);
  const alone = new Set([...released, ...decided.flatMap(({ kind, news }) => (kind === 'tell_job' ? news : []))]);
  const jobs = new Map<string, number[]>();
  for (const { id, job } of pending) if (alone.has(id)) jobs.set(job, [...(jobs.get(job) ?? []), id]);
  const together = decided.filter(({ kind }) => kind !== 'tell_job');
  return [
    ...[...jobs.values()].map((news): NewsDecision => ({ kind: 'tell_job', news })),
    ...together.flatMap((decision) => without(decision, released)),
  ];
}

function without(decision: NewsDecision, taken: ReadonlySet<number>): readonly NewsDecision[] {
  const news = decision.news.filter((id) => !taken.has(id));
  return news.length === 0 ? [] : [{ ...decision, news }];
}
