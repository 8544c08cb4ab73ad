import { DEFAULT_INCIDENT_RULES } from '../../src/domain/post/incident.ts';
import { DEFAULT_VERDICT_RULES } from '../../src/domain/job/verdict-rules.ts';

/** Verdicts that need no minutes: two ticks make a recovery, an end, or a job in sync; the first figures count. */
export const QUICK_VERDICTS = { ...DEFAULT_VERDICT_RULES, minReadings: 2, settlingReports: 0, steadyMs: 0 };

/** News that is told as soon as it is owed. */
export const AT_ONCE = { ...DEFAULT_INCIDENT_RULES, collectFailuresMs: 0, collectMs: 0, passMs: 0 };

/** Every wait of the post protocol, a thirtieth as long, for tests with processes that are killed. */
export const QUICK_DURATIONS = {
  jobLeaseMs: 600,
  askAgainMs: 0,
  pollSpacingMs: 0,
  slackTimeoutMs: 500,
  channelLeaseMs: 800,
  postPaceMs: 50,
  workspacePace: { everyMs: 1, burst: 1_000 },
  firstRetryMs: 50,
  longestRetryMs: 400,
  longestEditRetryMs: 2_000,
  reconcileAfterMs: 1_000,
  reconcileAgainMs: 1_000,
  readPace: { everyMs: 20, burst: 10 },
  causeRetryMs: 200,
  editPace: { everyMs: 20, burst: 10 },
  verdicts: QUICK_VERDICTS,
  incidents: { ...AT_ONCE, collectFailuresMs: 100, collectMs: 100, recoveriesMs: 2_000 },
};
