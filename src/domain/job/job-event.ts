import type { Explanation } from './explanation.ts';
import type { Flapping } from './flapping.ts';
import type { LagNote } from './lag-note.ts';
import type { LastStanding } from './job-state.ts';
import type { PhaseTimes } from './phases.ts';
import type { ProgressReport, SubJobName } from './progress-report.ts';
import type { RuleEvent } from './rule-event.ts';
import type { EpochMs } from '../base/time.ts';

/** The phase a job has just left, as far as we saw it. */
export interface PastPhase {
  readonly status: string;
  /** When we first saw it in that status. */
  readonly since: EpochMs;
  /** False when it had been there before our first look, so a duration is "at least". */
  readonly startSeen: boolean;
}

/** What every event tells about the job when it was noticed. */
export interface EventFacts {
  /** When we noticed: the time of the poll. */
  readonly at: EpochMs;
  /** The report that showed it; for `gone` without a status, the last good one, if there ever was one. */
  readonly report: ProgressReport | null;
  readonly previous: PastPhase | null;
  /** The last lag measured while replicating. */
  readonly lastLag: { readonly ms: number; readonly at: EpochMs } | null;
  /** How the lag of the report is to be read. */
  readonly lagNote: LagNote;
  /** How far the full copy was before the job stopped last, in percent; null when it had none. */
  readonly percentBefore: number | null;
}

/** The whole of a job's life as far as it is known, for the message that closes it. */
export interface EndSummary {
  /** When the job began, or, unless `fromStart`, when it was first watched. */
  readonly from: EpochMs;
  readonly fromStart: boolean;
  readonly phases: PhaseTimes;
  /** The highest lag that its samples hold, in ms; null without any. */
  readonly lag: {
    readonly maxMs: number;
    /** Of so many days only, because older samples are forgotten; null: of all the time in which it was watched. */
    readonly lastDays: number | null;
  } | null;
}

/** How a job ended, judged by its last working state: ended is not succeeded. */
export type EndVerdict =
  | 'stopped_in_sync'
  | 'copy_finished'
  | 'stopped_behind'
  /** Replicating with a small lag, but not for long enough to call it in sync. */
  | 'stopped_unsettled'
  /** Nobody looked between its last good report and its end. */
  | 'not_seen'
  /** It was in a status that says nothing good before it ended. */
  | 'other_status'
  | 'lag_unknown'
  | 'had_failed'
  | 'during_full_copy'
  | 'while_paused'
  | 'before_start'
  /** A full copy that was over in one report only. */
  | 'copy_seen_once'
  | 'copy_never_released'
  /** A verdict that this version does not know. */
  | 'other';

/** Only these two are a success; DRS itself says no more than "released". */
export function isSuccess(verdict: EndVerdict): boolean {
  return verdict === 'stopped_in_sync' || verdict === 'copy_finished';
}

/** A fact about a job worth telling. Facts only: what is said about them is decided when they are rendered. */
export type JobEvent =
  /** The job entered a status people are told of; a passing one, and what follows it, only those who want every status. */
  | (EventFacts & {
      readonly kind: 'status_changed';
      readonly from: string | null;
      readonly to: string;
      readonly isPassing?: boolean | undefined;
    })
  /** A passing status has lasted too long to stay quiet about. */
  | (EventFacts & { readonly kind: 'status_lasting'; readonly status: string; readonly since: EpochMs })
  /** Failed before, seen working over several readings now. */
  | (EventFacts & {
      readonly kind: 'recovered';
      readonly from: string;
      readonly failedAt: EpochMs;
      /** False when it had failed before our first look. */
      readonly startSeen: boolean;
      readonly workingAt: EpochMs;
    })
  /** It alone gives no report, for so long that people must know, and why. */
  | (EventFacts & { readonly kind: 'unreadable'; readonly since: EpochMs; readonly why: Explanation })
  /** It gives reports again, which was not so since `since`. */
  | (EventFacts & { readonly kind: 'readable_again'; readonly since: EpochMs })
  /** It fails and works in turns: told instead of every failure and recovery from then on. */
  | (EventFacts & { readonly kind: 'flapping'; readonly flapping: Flapping })
  /** It no longer does; it was quiet for `quietMs`, in ms. */
  | (EventFacts & { readonly kind: 'settled'; readonly flapping: Flapping; readonly quietMs: number })
  /** DRS calls the job otherwise than before. */
  | (EventFacts & { readonly kind: 'renamed'; readonly from: string; readonly to: string })
  /** The job is over; its subscriptions end with this. */
  | (EventFacts & {
      readonly kind: 'ended';
      readonly verdict: EndVerdict;
      readonly summary: EndSummary | null;
      /** How it stood before; null when it was never seen to stand. */
      readonly standing: LastStanding | null;
    })
  /** Parts of a job that goes on itself have failed. */
  | (EventFacts & { readonly kind: 'sub_jobs_failed'; readonly failed: readonly SubJobName[]; readonly of: number })
  /** DRS no longer knows the job; its subscriptions end with this. */
  | (EventFacts & { readonly kind: 'gone'; readonly code: string | null })
  /**
   * A rule found something in the figures. `rules` names the rules of the subscriptions that it is told to, as
   * `rulesKey` does (rules/subscription-rules.ts).
   */
  | (EventFacts & { readonly kind: 'rule'; readonly rules: string; readonly found: RuleEvent })
  /** Of a kind that this version does not know; another version wrote it. */
  | (EventFacts & { readonly kind: 'other'; readonly name: string });

/** Whether the job's subscriptions end with this event. */
export function endsSubscriptions(event: JobEvent): boolean {
  return event.kind === 'ended' || event.kind === 'gone';
}
