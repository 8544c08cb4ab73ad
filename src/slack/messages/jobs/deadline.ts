import { DAY } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { day } from '../kit/mrkdwn.ts';

/** DRS ends an abnormal job after this many days unless told otherwise; one that could not be created sooner. */
const ABNORMAL_JOB_DAYS = 14;
const UNCREATED_JOB_DAYS = 3;

/** The day on which DRS ends a job that failed at `since`, by default. */
export function endingDay(failedStatus: string, since: EpochMs): string {
  return day(since + (failedStatus === 'CREATE_FAILED' ? UNCREATED_JOB_DAYS : ABNORMAL_JOB_DAYS) * DAY);
}
