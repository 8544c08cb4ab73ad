/** Why nothing is told of an answer about a job. A closed list: it is also a metric label. */
export const SILENCES = [
  /** The first report: what channels hear of is what changes from then on. */
  'baseline',
  /** It is as people were told. */
  'as_told',
  /** A passing status that has not lasted. */
  'passing',
  /** It works again after a failure, not seen often enough yet. */
  'recovery_not_sure',
  /** Seen ended or deleted once: a second report makes it so. */
  'end_not_sure',
  /** Its failures and recoveries were told as flapping, and go on. */
  'flapping',
  /** It is over, and that was told. */
  'over',
  /** DRS says there is no such job, not for long enough to believe it. */
  'missing',
  /** No report. */
  'not_seen',
] as const;
export type Silence = (typeof SILENCES)[number];
