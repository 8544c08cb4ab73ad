import { z } from 'zod';

import { CHART_SPANS, MEASURES } from '../../../domain/rules/chart-series.ts';
import type { ChartSpan } from '../../../domain/rules/chart-series.ts';
import { parseJobId } from '../../../domain/job/job-id.ts';
import type { JobId } from '../../../domain/job/job-id.ts';

/** The buttons there are. An `action_id` outside this list is acknowledged and otherwise ignored. */
export const ACTIONS = {
  refreshStatus: 'drs_refresh_status',
  refreshReady: 'drs_refresh_ready',
  shareReady: 'drs_share_ready',
  lastLogLines: 'drs_last_log_lines',
  refreshPost: 'drs_refresh_post',
  showAll: 'drs_show_all',
  subscribe: 'drs_subscribe',
  unsubscribe: 'drs_unsubscribe',
  unsubscribeListed: 'drs_unsubscribe_listed',
  unsubscribeAnyway: 'drs_unsubscribe_anyway',
  changeAnyway: 'drs_change_anyway',
  keepOthers: 'drs_keep_others',
  endThere: 'drs_end_there',
  unsubscribeAll: 'drs_unsubscribe_all',
  keepAll: 'drs_keep_all',
  showStatus: 'drs_show_status',
  subscribeListed: 'drs_subscribe_listed',
  unsubscribeNamed: 'drs_unsubscribe_named',
  subscribeNamed: 'drs_subscribe_named',
  subscribeAll: 'drs_subscribe_all',
  watchNamesake: 'drs_watch_namesake',
  pageJobs: 'drs_page_jobs',
  browseJobs: 'drs_browse_jobs',
  showAudit: 'drs_show_audit',
  pageAudit: 'drs_page_audit',
  shareStatus: 'drs_share_status',
  shareList: 'drs_share_list',
  pageList: 'drs_page_list',
  pageListAll: 'drs_page_list_all',
  manageList: 'drs_manage_list',
  shareJobs: 'drs_share_jobs',
  shareHelp: 'drs_share_help',
  showHelp: 'drs_show_help',
  showHealth: 'drs_show_health',
  wholeHealth: 'drs_whole_health',
  refreshChart: 'drs_refresh_chart',
  shareChart: 'drs_share_chart',
  refreshWhy: 'drs_refresh_why',
  openConsole: 'drs_open_console',
  showRaw: 'drs_show_raw',
} as const;

/** The menu behind ⋯. Its options are buttons in all but looks. */
export const MORE_ACTION = 'drs_more';

/** The longest value of a button (docs.slack.dev, "Button element"), in UTF-16 code units. */
const MAX_VALUE = 2_000;
/** The same of an option in a menu (docs.slack.dev, "Option object"). */
const MAX_OPTION_VALUE = 150;
/** Characters of a searched text that a button keeps; no name is longer. */
const MAX_TEXT = 100;
/** Characters of the rules that a subscription was to have. */
const MAX_RULES = 300;

/** Jobs that a pattern fits and one button changes: so many ids fit into its value, beside rules, and so many names into a message. */
export const MAX_PATTERN_JOBS = 40;

/** Ids that fit into the value of a button beside a channel; more are known by their mark. */
export const MAX_ENDED_THERE = 40;
const MAX_MARK = 40;

const jobId = z.string().transform((id, check) => parseJobId(id) ?? reject(check));
const channelId = z.string().min(1).max(20);
const mark = z.string().min(1).max(MAX_MARK);
const thereValue = z.union([
  z.object({ channel: channelId, jobs: z.array(jobId).min(1).max(MAX_ENDED_THERE) }),
  z.object({ channel: channelId, set: mark }),
]);
const setValue = z.object({ set: mark });
const jobsValue = z.object({
  jobs: z.array(jobId).min(1).max(50),
  target: jobId.optional(),
  rules: z.string().max(MAX_RULES).optional(),
});
const pageValue = z.object({
  text: z.string().nullable(),
  offset: z.number().int().min(0).max(1_000_000),
  target: jobId.optional(),
});
const shownValue = z.object({ job: jobId, subscription: z.number().int() });
const topicValue = z.object({ topic: z.string().max(MAX_TEXT).nullable() });
const postValue = z.object({ post: z.string().min(1).max(100) });
const isSpan = (span: string): span is ChartSpan => Object.hasOwn(CHART_SPANS, span);
const chartValue = z.object({
  job: jobId,
  measure: z.enum(MEASURES).nullable(),
  span: z.string().refine(isSpan).nullable(),
});
const auditValue = z.object({ jobId: jobId.nullable(), before: z.number().int().min(1).nullable() });

/**
 * The jobs a button is about: all that its message shows, and the one to subscribe to, by which rules as they are typed, or
 * to unsubscribe from.
 */
export type JobsValue = Readonly<Omit<z.infer<typeof jobsValue>, 'jobs'>> & { readonly jobs: readonly JobId[] };
/** Jobs that another channel watches: by their ids, or by the mark of all of them (see domain/consent.ts). */
export type ThereValue =
  | { readonly channel: string; readonly jobs: readonly JobId[] }
  | { readonly channel: string; readonly set: string };
/** The mark of what a question was about. */
export type SetValue = Readonly<z.infer<typeof setValue>>;
/** A page of the list of jobs, and the job on it that a button is about. */
export type PageValue = Readonly<z.infer<typeof pageValue>>;
/** A page of what was done in a channel; see use-cases/showing/show-audit.ts. */
export type AuditValue = Readonly<z.infer<typeof auditValue>>;

/** A subscription that somebody was shown; see use-cases/subscribing/unsubscribe.ts. */
type ShownSubscription = Readonly<z.infer<typeof shownValue>>;

/** The chart of a job: what is shown of it, and for how long; null for what is usual. */
export type ChartValue = Readonly<z.infer<typeof chartValue>>;

/** Writes what a button must know to be understood after a restart, and reads it. */
export interface ValueCodec<Value> {
  /** Well within Slack's 2000 characters. */
  encode(value: Value): string;
  /** Null for anything this version would not have written. */
  decode(text: string | undefined): Value | null;
}

/** The jobs a button is about. */
export const JOBS_VALUE: ValueCodec<JobsValue> = createCodec(jobsValue);
/** Subscriptions of another channel. Whoever presses must be in that channel, whatever the value says. */
export const THERE_VALUE: ValueCodec<ThereValue> = createCodec(thereValue);
/** What a question was about that is asked anew when it has changed. */
export const SET_VALUE: ValueCodec<SetValue> = createCodec(setValue);
/** A page of the list of jobs; a searched text is cut. */
export const PAGE_VALUE: ValueCodec<PageValue> = createCodec(pageValue, (value: PageValue) => ({
  ...value,
  text: value.text === null ? null : Array.from(value.text).slice(0, MAX_TEXT).join(''),
}));
/**
 * The same as the value of an option in a menu, which holds less: of a long searched text only the beginning, which everything
 * that has the text in it has as well.
 */
export function encodePageOption(page: PageValue): string {
  const characters = Array.from(page.text ?? '').slice(0, MAX_TEXT);
  const withText = (text: string | null) => PAGE_VALUE.encode({ ...page, text });
  for (let length = characters.length; length > 0; length--) {
    const value = withText(characters.slice(0, length).join(''));
    if (value.length <= MAX_OPTION_VALUE) return value;
  }
  return withText(null);
}
/** What a help message is about; null for everything. */
export const TOPIC_VALUE: ValueCodec<{ readonly topic: string | null }> = createCodec(topicValue);
/** The id of the post a button belongs to. */
export const POST_VALUE: ValueCodec<{ readonly post: string }> = createCodec(postValue);
/** A subscription that somebody was shown, to be ended: another one to the same job is not it. */
export const SHOWN_VALUE: ValueCodec<ShownSubscription> = createCodec(shownValue);
/** A chart of a job. */
export const CHART_VALUE: ValueCodec<ChartValue> = createCodec(chartValue);
/** A page of what was done in a channel. */
export const AUDIT_VALUE: ValueCodec<AuditValue> = createCodec(auditValue);

/** What an option behind ⋯ stands for: a button, with its value; together at most 150 characters (docs.slack.dev, "Option object"). */
export const OPTION_VALUE: ValueCodec<{ readonly actionId: string; readonly value: string }> = {
  encode: ({ actionId, value }) => `${actionId}|${value}`,
  decode(text) {
    const at = text?.indexOf('|') ?? -1;
    return text === undefined || at === -1 ? null : { actionId: text.slice(0, at), value: text.slice(at + 1) };
  },
};

function createCodec<Value>(
  schema: z.ZodType<Value>,
  shorten: (value: Value) => Value = (value) => value,
): ValueCodec<Value> {
  return {
    encode: (value) => JSON.stringify(shorten(value)),
    decode(text) {
      if (text === undefined || text.length > MAX_VALUE) return null;
      try {
        return schema.parse(JSON.parse(text));
      } catch {
        return null;
      }
    },
  };
}

function reject(check: z.core.$RefinementCtx): never {
  check.issues.push({ code: 'custom', message: 'not a job id', input: undefined });
  return z.NEVER;
}
