import { z } from 'zod';

import type { AuditedChange } from '../../domain/audit.ts';
import { storableText } from '../../domain/base/text.ts';
import { explanation, EXPLANATIONS } from '../../domain/job/explanation.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { Cause } from '../../domain/job/job-detail.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import { parseJobId } from '../../domain/job/job-id.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { JobState } from '../../domain/job/job-state.ts';
import { PASSING_KINDS } from '../../domain/job/rule-event.ts';
import type { RuleEvent } from '../../domain/job/rule-event.ts';
import { STANDINGS } from '../../domain/job/standing.ts';
import { PHASES } from '../../domain/job/phases.ts';
import { LAG_NOTES } from '../../domain/job/lag-note.ts';
import { LANGUAGES } from '../../domain/base/language.ts';
import type { Language } from '../../domain/base/language.ts';
import { EVENT_CLASSES } from '../../domain/job/event-class.ts';
import { changeRules, NOTHING_CHOSEN, rulesInForce } from '../../domain/rules/rule-choice.ts';
import type { RuleChoice } from '../../domain/rules/rule-choice.ts';
import { NO_OWN_RULES } from '../../domain/rules/subscription-rules.ts';
import type { SubscriptionRules } from '../../domain/rules/subscription-rules.ts';
import type { Announcement } from '../../domain/post/post.ts';
import type { BlindEpisode } from '../../domain/poll/blind-episode.ts';
import type { OperatorAlert } from '../../domain/post/operator-alert.ts';

/** A stored id; null when it is none. */
export function decodeJobId(text: string | null): JobId | null {
  return parseJobId(text ?? '');
}

/** The JSON of a value, such that it can be read again: texts without what cannot be stored, numbers that are finite. */
export function encode(value: object): string {
  return JSON.stringify(value, (_key, part: unknown) => storable(part));
}

/** JSON has no infinite numbers and would write null, which no number may be read from. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 0 : Math.sign(value) * Number.MAX_SAFE_INTEGER;
}

const language = z.enum(LANGUAGES);
const jobId = z.string().transform((text, context) => {
  const known = parseJobId(text);
  if (known !== null) return known;
  context.addIssue('not a job id');
  return z.NEVER;
});

const subJobName = z.object({ jobId, name: z.string().nullable() });

const report = z.object({
  jobId,
  status: z.string(),
  taskMode: z.string().nullable(),
  percent: z.number().nullable(),
  parts: z.array(z.object({ name: z.string(), percent: z.number().nullable(), remainingTime: z.string().nullable() })),
  lagMs: z.number().nullable(),
  processTime: z.string().nullable(),
  remainingTime: z.string().nullable(),
  clockSkewMs: z.number().nullable().default(null),
  subJob: z
    .object({ jobId, name: z.string().nullable(), of: z.number(), unmeasured: z.number().default(0) })
    .nullable()
    .default(null),
  failedSubJobs: z
    .object({ failed: z.array(subJobName), of: z.number() })
    .nullable()
    .default(null),
  errorCode: z.string().nullable(),
  unknownFields: z.record(z.string(), z.unknown()),
});

const lag = z.object({ ms: z.number(), at: z.number() }).nullable();

/** A reason that this version does not know reads as that. */
const why: z.ZodType<Explanation> = z
  .object({
    key: z.enum(EXPLANATIONS),
    values: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .catch(explanation('other'));

const lastStanding = z
  .object({
    status: z.string(),
    taskMode: z.string().nullable(),
    lagMs: z.number().nullable(),
    at: z.number(),
    reports: z.number().default(1),
  })
  .nullable();

/** In ms by phase. Fields that a row written by an older version lacks begin empty; phases of a newer one are left out. */
const phases = z
  .record(z.string(), z.number())
  .transform((times) =>
    Object.fromEntries(Object.entries(times).filter(([name]) => PHASES.some((phase) => phase === name))),
  )
  .default({});

const flapping = z.object({
  since: z.number(),
  failures: z.number(),
  longestGapMs: z.number(),
  longestFailureMs: z.number(),
  quietSince: z.number(),
});

const state: z.ZodType<JobState> = z.object({
  report: report.nullable(),
  checkedAt: z.number().nullable(),
  statusSince: z.number().nullable(),
  statusStartSeen: z.boolean(),
  toldStatus: z.string().nullable(),
  lastLag: lag,
  lastStanding,
  failure: z.object({ status: z.string(), since: z.number(), startSeen: z.boolean().default(true) }).nullable(),
  recovering: z.object({ since: z.number(), reports: z.number().default(1) }).nullable(),
  rounds: z.array(z.object({ failedAt: z.number(), workedAt: z.number().nullable() })).default([]),
  flapping: flapping.nullable().default(null),
  missing: z
    .object({ code: z.string(), since: z.number(), lastAt: z.number().optional(), ticks: z.number() })
    // A row of an older version does not say when it was said last.
    .transform((missing) => ({ ...missing, lastAt: missing.lastAt ?? missing.since }))
    .nullable(),
  unknown: z
    .object({
      since: z.number(),
      why: why.default(explanation('not_answered')),
      polls: z.number().default(1),
      isLasting: z.boolean().default(false),
    })
    .nullable(),
  alone: z.object({ since: z.number(), toldAt: z.number().nullable() }).nullable().default(null),
  firstSeen: z.object({ status: z.string(), at: z.number() }).nullable().default(null),
  phases,
  readings: z.array(z.object({ at: z.number(), lagMs: z.number().nullable() })).default([]),
  unsettledAt: z.number().nullable().default(null),
  lagBreak: z
    .object({ lengthMs: z.number(), reports: z.number(), inSync: z.number(), isSettled: z.boolean() })
    .nullable()
    .default(null),
  awaySince: z.number().nullable().default(null),
  inSyncAt: z.number().nullable().default(null),
  unseenUntil: z.number().nullable().default(null),
  brokenAt: z.number().nullable().default(null),
  copyPercent: z.number().nullable().default(null),
  brokenPercent: z.number().nullable().default(null),
  ending: z.object({ status: z.string(), at: z.number() }).nullable().default(null),
  toldFailedSubJobs: z.array(jobId).default([]),
  betterReports: z.number().default(0),
  marks: z
    .object({
      lagHighSince: z.number().nullable(),
      stalledSince: z.number().nullable(),
      caughtUpSince: z.number().nullable(),
    })
    .nullable()
    .default(null),
  // A job that is over in a way this version does not know is asked about again.
  over: z.enum(['ended', 'gone']).nullable().catch(null),
});

const moment = {
  at: z.number(),
  report: report.nullable(),
  previous: z.object({ status: z.string(), since: z.number(), startSeen: z.boolean() }).nullable(),
  lastLag: lag,
  lagNote: z.enum(LAG_NOTES).default('settled'),
  percentBefore: z.number().nullable().default(null),
};

const verdict = z
  .enum([
    'stopped_in_sync',
    'copy_finished',
    'stopped_behind',
    'stopped_unsettled',
    'not_seen',
    'other_status',
    'lag_unknown',
    'had_failed',
    'during_full_copy',
    'while_paused',
    'before_start',
    'copy_seen_once',
    'copy_never_released',
    'other',
  ])
  .catch('other');

const summary = z
  .object({
    from: z.number(),
    fromStart: z.boolean(),
    phases,
    lag: z.object({ maxMs: z.number(), lastDays: z.number().nullable().default(null) }).nullable(),
  })
  .nullable()
  .default(null);

/** What another version wrote: its moment is told, whatever happened. */
const otherEvent = z
  .object({
    kind: z.string(),
    at: z.number(),
    report: moment.report.catch(null),
    previous: moment.previous.catch(null),
    lastLag: moment.lastLag.catch(null),
    lagNote: moment.lagNote.catch('settled'),
    percentBefore: moment.percentBefore.catch(null),
  })
  .transform(({ kind: name, ...facts }) => ({ kind: 'other' as const, name, ...facts }));

export const partPercents = z.array(z.object({ name: z.string(), percent: z.number() }));
const lagSince = { since: z.number(), lagMs: z.number() };
/** An older version told all of it in messages of their own. */
const isOnTop = z.boolean().default(false);
const window = { by: z.number(), from: z.number(), to: z.number() };
export const ruleEvent: z.ZodType<RuleEvent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lag_high'), ...lagSince, levelMs: z.number(), holdMs: z.number() }),
  z.object({ kind: z.literal('lag_cleared'), ...lagSince, peakMs: z.number() }),
  z.object({ kind: z.literal('nothing_newer'), ...lagSince, slope: z.number() }),
  z.object({ kind: z.literal('cannot_keep_up'), ...lagSince, slope: z.number(), isOnTop }),
  z.object({ kind: z.literal('stands_still'), ...lagSince, polls: z.number(), isOnTop }),
  z.object({ kind: z.literal('jumping'), since: z.number(), leastMs: z.number(), mostMs: z.number() }),
  z.object({ kind: z.literal('not_measurable'), since: z.number(), polls: z.number() }),
  z.object({ kind: z.literal('catch_up_not_gaining'), ...lagSince, beforeMs: z.number(), isOnTop }),
  z.object({ kind: z.literal('gaining_again'), ...lagSince, beforeMs: z.number() }),
  z.object({
    kind: z.literal('stalled'),
    parts: partPercents,
    stillMs: z.number(),
    usualMs: z.number().nullable(),
    longestMs: z.number().nullable(),
  }),
  z.object({ kind: z.literal('slow_tail'), parts: partPercents, stillMs: z.number(), allDone: z.boolean() }),
  z.object({ kind: z.literal('moving_again'), parts: partPercents, stillMs: z.number(), isRestarted: z.boolean() }),
  z.object({ kind: z.literal('caught_up'), ...lagSince, maxMs: z.number(), alwaysZero: z.boolean() }),
  z.object({ kind: z.literal('no_longer_caught_up'), ...lagSince }),
  z.object({ kind: z.literal('over'), of: z.enum(PASSING_KINDS), ...lagSince }),
  z.object({ kind: z.literal('window_missed'), ...window }),
  z.object({ kind: z.literal('window_met'), ...window }),
  z.object({ kind: z.literal('still_failing'), since: z.number(), startSeen: z.boolean() }),
  z.object({ kind: z.literal('still_paused'), since: z.number(), startSeen: z.boolean() }),
  z.object({ kind: z.literal('deadline_near'), at: z.number(), isConfirmed: z.boolean(), startSeen: z.boolean() }),
]);

const knownEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('status_changed'),
    from: z.string().nullable(),
    to: z.string(),
    isPassing: z.boolean().optional(),
    ...moment,
  }),
  z.object({ kind: z.literal('status_lasting'), status: z.string(), since: z.number(), ...moment }),
  z.object({
    kind: z.literal('recovered'),
    from: z.string(),
    failedAt: z.number(),
    startSeen: z.boolean().default(true),
    workingAt: z.number(),
    ...moment,
  }),
  z.object({ kind: z.literal('unreadable'), since: z.number(), why, ...moment }),
  z.object({ kind: z.literal('readable_again'), since: z.number(), ...moment }),
  z.object({ kind: z.literal('flapping'), flapping, ...moment }),
  z.object({ kind: z.literal('settled'), flapping, quietMs: z.number(), ...moment }),
  z.object({ kind: z.literal('renamed'), from: z.string(), to: z.string(), ...moment }),
  z.object({ kind: z.literal('ended'), verdict, summary, standing: lastStanding.default(null), ...moment }),
  z.object({ kind: z.literal('sub_jobs_failed'), failed: z.array(subJobName), of: z.number(), ...moment }),
  z.object({ kind: z.literal('gone'), code: z.string().nullable(), ...moment }),
  z.object({ kind: z.literal('rule'), rules: z.string(), found: ruleEvent, ...moment }),
  z.object({ kind: z.literal('other'), name: z.string(), ...moment }),
]);
const event: z.ZodType<JobEvent> = z.union([knownEvent, otherEvent]);

const namedJob = z.object({
  connectionId: z.string(),
  jobId,
  name: z.string().nullable(),
  jobType: z.string().nullable().default(null),
});
const namedJobs = z.array(namedJob);
const endedJobs = z.array(namedJob.extend({ madeBy: z.string().nullable().default(null) }));
const cause = z.object({ code: z.string().nullable(), text: z.string().nullable() });
const standingJobs = z.array(
  namedJob.extend({
    standing: z.enum(STANDINGS).nullable().catch(null).default(null),
    failure: z.object({ status: z.string(), since: z.number(), startSeen: z.boolean() }).nullable().default(null),
    cause: cause.nullable().default(null),
    terms: z
      .object({ expiredDays: z.number().nullable(), prepaid: z.boolean().nullable() })
      .default({ expiredDays: null, prepaid: null }),
  }),
);
const hold = z.union([z.literal('off'), z.object({ levelMs: z.number(), holdMs: z.number() })]);
/** What this version does not know of them is as it is by default. */
const ruleChoice = z
  .object({
    lag: hold.optional().catch(undefined),
    ready: hold.optional().catch(undefined),
    stall: z.enum(['on', 'off']).optional().catch(undefined),
    events: z.enum(['all', 'lasting']).optional().catch(undefined),
    least: z.enum(EVENT_CLASSES).optional().catch(undefined),
    by: z.object({ typed: z.string(), at: z.number() }).optional().catch(undefined),
  })
  .transform((stored) => changeRules(NOTHING_CHOSEN, stored));
const inForce = ruleChoice.transform((stored) => rulesInForce(NOTHING_CHOSEN, stored));

/** Something of a kind that this version does not know: its kind is its name. */
const other = z.object({ kind: z.string() }).transform(({ kind: name }) => ({ kind: 'other' as const, name }));

const knownAlert = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('credentials_refused'), why }),
  z.object({ kind: z.literal('credentials_accepted'), since: z.number(), until: z.number() }),
  z.object({ kind: z.literal('drs_silent'), since: z.number(), until: z.number(), why }),
  z.object({ kind: z.literal('drs_answers'), since: z.number(), until: z.number() }),
  z.object({
    kind: z.literal('posts_refused'),
    posts: z.array(z.object({ channelId: z.string(), reason: z.string(), jobs: namedJobs })),
  }),
  z.object({ kind: z.literal('database_new'), path: z.string() }),
  z.object({
    kind: z.literal('database_displaced'),
    path: z.string(),
    how: z.enum(['gone', 'replaced']),
    savedAs: z.string().nullable(),
  }),
  z.object({ kind: z.literal('database_in_place'), since: z.number(), until: z.number() }),
  z.object({
    kind: z.literal('rows_set_aside'),
    rows: z.array(z.object({ what: z.string(), key: z.string() })),
    count: z.number(),
  }),
]);
const operatorAlert: z.ZodType<OperatorAlert> = z.union([knownAlert, other]);

const knownAnnouncement = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('subscribed'),
    by: z.string(),
    jobs: standingJobs,
    rules: ruleChoice.default(NOTHING_CHOSEN),
  }),
  z.object({
    kind: z.literal('rules'),
    by: z.string(),
    jobs: z.array(namedJob.extend({ before: inForce, after: inForce })),
  }),
  z.object({ kind: z.literal('channel_rules'), by: z.string(), before: inForce, after: inForce }),
  z.object({ kind: z.literal('unsubscribed'), by: z.string(), jobs: endedJobs }),
  z.object({ kind: z.literal('jobs_back'), jobs: namedJobs }),
  z.object({ kind: z.literal('language'), by: z.string(), language }),
  z.object({ kind: z.literal('hello'), by: z.string().nullable() }),
  z.object({ kind: z.literal('paused'), channelId: z.string(), reason: z.string(), jobs: namedJobs }),
  z.object({
    kind: z.literal('blind'),
    since: z.number(),
    at: z.number(),
    why,
    jobs: z.number(),
    last: z
      .object({
        at: z.number(),
        standings: z.array(z.object({ standing: z.enum(STANDINGS).catch('passing'), count: z.number() })),
        worstLagMs: z.number().nullable(),
      })
      .nullable(),
    nextTryAt: z.number().nullable(),
    endedAt: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('back'),
    after: z.enum(['blind', 'down']).default('down'),
    from: z.number(),
    until: z.number(),
    // An older version told every change in a post of its own.
    newsSince: z.number().default(Number.MAX_SAFE_INTEGER),
    meanwhile: z.object({
      changed: z.array(z.object({ job: namedJob, status: z.string() })),
      unchanged: z.number(),
      unknown: z.number(),
    }),
  }),
  z.object({ kind: z.literal('signal'), signal: operatorAlert }),
]);
const announcement: z.ZodType<Announcement> = z.union([knownAnnouncement, other]);

/** Those in languages of a newer version are left out. */
const causes = z
  .looseObject({})
  .transform((stored) => Object.fromEntries(LANGUAGES.flatMap((one) => (one in stored ? [[one, stored[one]]] : []))))
  .pipe(z.partialRecord(language, cause));

/** Causes by language. */
export type Causes = Readonly<Partial<Record<Language, Cause>>>;

/** Makes what a text holds as JSON of this shape; null when it holds anything else. */
export function reader<T>(shape: z.ZodType<T>): (text: string) => T | null {
  return (text) => shape.safeParse(parsed(text)).data ?? null;
}

/** What a text holds as JSON; undefined when it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads stored causes; null when they cannot be read. */
export const decodeCauses = reader(causes);

/** Stored causes with one more; those of a newer version stay, what cannot be read goes. */
export function addCause(text: string, inLanguage: Language, found: Cause): string {
  const stored = decodeCauses(text) === null ? {} : z.looseObject({}).safeParse(parsed(text)).data;
  return encode({ ...stored, [inLanguage]: found });
}

/** The text for a reader of `language`, else whichever there is. */
export function causeFor(causes: Causes, language: Language): Cause | null {
  return causes[language] ?? Object.values(causes)[0] ?? null;
}

/** Reads a stored reason; `other` when it cannot be read. */
export function decodeWhy(text: string): Explanation {
  return reader(why)(text) ?? explanation('other');
}

/** A stored language; null when none was chosen, or none that this version speaks. */
export function decodeLanguage(text: string | null): Language | null {
  return language.nullable().catch(null).parse(text);
}

/** Reads a stored job state; null when it cannot be read. */
export const decodeState = reader(state);

/** Reads a stored event; null when not even its moment can be read. */
export const decodeEvent = reader(event);

/** Reads what somebody chose; what cannot be read is as it is by default. */
export function decodeChoice(text: string): RuleChoice {
  return reader(ruleChoice)(text) ?? NOTHING_CHOSEN;
}

/** Reads the rules that are in force for a subscription, in the same way. */
export function decodeRules(text: string): SubscriptionRules {
  return reader(inForce)(text) ?? NO_OWN_RULES;
}

/** Reads a stored job with its name; null when it cannot be read. */
export const decodeNamedJob = reader(namedJob);

/** Reads a stored announcement; null when it cannot be read. */
export const decodeAnnouncement = reader(announcement);

const episode: z.ZodType<BlindEpisode> = z.object({
  kind: z.enum(['blind', 'down']),
  since: z.number(),
  newsSince: z.number(),
  polls: z.number(),
  polledAt: z.number(),
  blindMs: z.number(),
  why: why.nullable(),
  toldAt: z.number().nullable(),
  returnedAt: z.number().nullable(),
  seeingAt: z.number().nullable(),
});

/** Reads a stored blind episode; null when it cannot be read: whether it goes on shows with the next polls. */
export const decodeEpisode = reader(episode);

const unsubscribed = z.object({ reason: z.string() });
const madeBy = z.object({ by: z.string() });
const chosen = z.object({ language });
const pause = z.object({ reason: z.string() });
const ruled = z.object({ rules: inForce });

/** What an audited action changed; one that this version does not know is shown by its name. */
export function decodeAudited(action: string, before: string | null, after: string | null): AuditedChange {
  const [from, to] = [parsed(before ?? ''), parsed(after ?? '')];
  switch (action) {
    case 'subscribe':
      return { kind: 'subscribed' };
    case 'resubscribe':
      return { kind: 'resubscribed' };
    case 'unsubscribe': {
      const [{ data: made }, { data: ended }] = [madeBy.safeParse(from), unsubscribed.safeParse(to)];
      return { kind: 'unsubscribed', madeBy: made?.by ?? null, reason: ended?.reason ?? 'unsubscribed' };
    }
    case 'rules': {
      const [{ data: old }, { data: now }] = [ruled.safeParse(from), ruled.safeParse(to)];
      if (old === undefined || now === undefined) break;
      return { kind: 'rules', from: old.rules, to: now.rules };
    }
    case 'settings': {
      const [{ data: old }, { data: now }] = [chosen.safeParse(from), chosen.safeParse(to)];
      if (old === undefined || now === undefined) break;
      return { kind: 'language', from: old.language, to: now.language };
    }
    case 'pause':
      return { kind: 'paused', reason: pause.safeParse(to).data?.reason ?? 'unknown' };
    case 'resume':
      return { kind: 'resumed', reason: pause.safeParse(from).data?.reason ?? 'unknown' };
    case 'move':
      return { kind: 'moved' };
  }
  return { kind: 'other', action };
}
