import type { Silence } from '../domain/job/silence.ts';
import type { RuleName, RuleSilence } from '../domain/rules/decision.ts';
import type { TurnName } from '../domain/vital-signs.ts';
import type { DrsFailureReason } from '../domain/job/progress-answer.ts';
import type { SendOutcome, SlackFailure } from '../domain/post/post.ts';

/** What a page of a search came to, as a metric label: the post, more to read, or the end of it without the post. */
export type PageOutcome = 'found' | 'more' | 'absent' | SlackFailure['kind'];

/** What is read from DRS: also a metric label. */
export type DrsRead = 'progress' | 'list' | 'details' | 'recovery' | 'comparisons' | 'timeline' | 'terms' | 'log';

/**
 * What is counted and measured for the operator. Every label comes from a closed list; what is in none counts as `other`.
 * Never throws and never waits.
 */
export interface Metrics {
  /** A turn has ended: how long it took, and whether it ended without a fault. */
  turned(loop: TurnName, turn: { readonly ms: number; readonly ok: boolean }): void;
  /** A read has ended, all its attempts included; also one that was not sent because there is no way to sign in. */
  readDrs(read: DrsRead, outcome: 'answered' | DrsFailureReason, ms: number): void;
  /** An answer about a job was decided on and recorded; `silence` is null when something is told of it. */
  decided(silence: Silence | null): void;
  /** A rule decided so on `count` samples; `silence` is null when it found something. */
  judged(rule: RuleName, silence: RuleSilence | null, count: number): void;
  /** An attempt to send a post has ended; `reason` is null when it was delivered. */
  posted(outcome: SendOutcome['kind'], reason: string | null): void;
  /** An attempt to edit a message has ended; `reason` is null when there is none to give. */
  edited(outcome: SendOutcome['kind'], reason: string | null): void;
  /** Slack refuses everything from this bot, as its answer to an attempt or an event says. */
  refusedEverywhere(reason: string): void;
  /** A page of a channel was read to look for a post. */
  searched(outcome: PageOutcome): void;
  /** An attempt to take away a message that came twice has ended; `gone` is well. */
  removed(outcome: SendOutcome['kind']): void;
}

const ignore = () => undefined;

/** For a bot whose figures nobody can fetch. */
export const NO_METRICS: Metrics = {
  turned: ignore,
  readDrs: ignore,
  decided: ignore,
  judged: ignore,
  posted: ignore,
  edited: ignore,
  refusedEverywhere: ignore,
  searched: ignore,
  removed: ignore,
};
