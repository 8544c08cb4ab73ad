import type { Language } from '../../domain/base/language.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Cause, JobDetail } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { JobTerms } from '../../domain/job/job-terms.ts';
import type { JobKey } from '../../domain/job/job.ts';
import type { Deed, Doer, SeenDeed } from '../../domain/job/timeline.ts';
import type { LeaseRequest } from './leases.ts';

/** A failure whose cause is still to be found. */
export interface WantedCause {
  readonly jobId: JobId;
  readonly eventNumber: number;
  /** How often it was asked for in vain. */
  readonly tries: number;
  /** Of the channels that were told. */
  readonly languages: readonly Language[];
}

/** A cause that was found, in one language. */
export interface FoundCause {
  readonly jobId: JobId;
  readonly eventNumber: number;
  readonly language: Language;
  readonly cause: Cause;
  /** Whether the job is paid for in advance; null where DRS did not say. */
  readonly prepaid: boolean | null;
}

/** An event about which something is still to be read. */
export interface WantedRead {
  readonly jobId: JobId;
  readonly eventNumber: number;
  /** How often it was tried in vain. */
  readonly tries: number;
  /** The change of which it is to be found who made it; null for none. */
  readonly deed: SeenDeed | null;
  /** On what terms DRS keeps the job is to be read. */
  readonly wantsTerms: boolean;
}

/** What was read about an event. */
export interface FoundRead {
  readonly jobId: JobId;
  readonly eventNumber: number;
  readonly doer: (Doer & { readonly deed: Deed }) | null;
  readonly terms: JobTerms | null;
  /** It is not tried again. */
  readonly isDone: boolean;
}

/** What DRS knows of jobs beside their progress: names, times, and why a job failed. */
export interface DetailStore {
  /**
   * Takes the right to read the details of those of `jobIds` for which they are missing: never read, or failed without a
   * known cause; each at most once in `everyMs` unless it succeeded.
   */
  claimDetails(request: {
    readonly connectionId: string;
    readonly jobIds: readonly JobId[];
    readonly now: EpochMs;
    readonly everyMs: number;
  }): Promise<readonly JobId[]>;
  /** Names, types and times of jobs that have a row; the cause of a job that is failed now, if none is known. */
  saveDetails(request: {
    readonly connectionId: string;
    readonly details: readonly JobDetail[];
    readonly language: Language;
    readonly now: EpochMs;
  }): Promise<void>;
  /** Why the job failed last, if it is failed now; in `language` where there is a choice. */
  findCause(job: JobKey, language: Language): Promise<Cause | null>;
  /** Leases failures whose cause is wanted and whose next try is due. */
  claimWantedCauses(
    request: LeaseRequest & { readonly connectionId: string; readonly limit: number },
  ): Promise<readonly WantedCause[]>;
  /**
   * Records what was found, marks the messages that told of these failures for an edit, and gives the leases back: what
   * was not found is tried again after `retryAfterMs`, or never for those in `givenUp`.
   */
  saveCauses(request: {
    readonly connectionId: string;
    readonly token: string;
    readonly found: readonly FoundCause[];
    readonly givenUp: readonly WantedCause[];
    readonly retryAfterMs: number;
  }): Promise<void>;
  /** Keeps on what terms DRS keeps a job that somebody begins to watch; what was not read of them stays as it was. */
  saveTerms(request: { readonly job: JobKey; readonly terms: JobTerms; readonly now: EpochMs }): Promise<void>;
  /** Leases events about which something is to be read and whose next try is due. Only events that somebody was told are. */
  claimWantedReads(
    request: LeaseRequest & { readonly connectionId: string; readonly limit: number },
  ): Promise<readonly WantedRead[]>;
  /**
   * Records what was read, marks the messages that tell these events for an edit where that shows there, and gives the leases
   * back: what is not done, or was not reached, is tried again after `retryAfterMs`.
   */
  saveReads(request: {
    readonly connectionId: string;
    readonly token: string;
    readonly reads: readonly FoundRead[];
    readonly retryAfterMs: number;
  }): Promise<void>;
}
