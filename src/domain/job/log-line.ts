import type { EpochMs } from '../base/time.ts';

/** One line of DRS's log of a job. */
export interface LogLine {
  /** Null when DRS does not say, or in a zone of its own. */
  readonly at: EpochMs | null;
  /** DRS's word for how grave it is, such as `Error`; null when there is none. */
  readonly level: string | null;
  /** Private parts masked before it got here (mask-private.ts). */
  readonly text: string;
}
