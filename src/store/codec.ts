import { z } from 'zod';

import type { AuditedChange } from '../domain/audit.ts';
import { explanation, EXPLANATIONS } from '../domain/explanation.ts';
import type { Explanation } from '../domain/explanation.ts';
import type { Cause } from '../domain/job-detail.ts';
import type { JobEvent } from '../domain/job-event.ts';
import { parseJobId } from '../domain/job-id.ts';
import type { JobId } from '../domain/job-id.ts';
import type { JobState } from '../domain/job-state.ts';
import { PHASES } from '../domain/phases.ts';
import { LANGUAGES } from '../domain/language.ts';
import type { Language } from '../domain/language.ts';
import { NO_LAGS } from '../domain/lag-history.ts';
import type { Announcement, NamedJob } from '../domain/post.ts';
import type { Signal } from '../domain/signal.ts';

/** A stored id; a row that holds anything else was not written by this program. */
export function storedJobId(text: string | null): JobId {
  const jobId = parseJobId(text ?? '');
  if (jobId === null) throw new TypeError('a stored job id is malformed');
  return jobId;
}

const language = z.enum(LANGUAGES);
const jobId = z.string().transform(storedJobId);

const report = z.object({
  jobId,
  status: z.string(),
  taskMode: z.string().nullable(),
  percent: z.number().nullable(),
  parts: z.array(z.object({ name: z.string(), percent: z.number().nullable(), remainingTime: z.string().nullable() })),
  lagMs: z.number().nullable(),
  processTime: z.string().nullable(),
  remainingTime: z.string().nullable(),
  subJob: z.object({ jobId, name: z.string().nullable(), of: z.number() }).nullable().default(null),
  errorCode: z.string().nullable(),
  unknownFields: z.record(z.string(), z.unknown()),
});

const lag = z.object({ ms: z.number(), at: z.number() }).nullable();

const why: z.ZodType<Explanation> = z.object({
  key: z.enum(EXPLANATIONS),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** In ms by phase. Fields that a row written by an older version lacks begin empty. */
const phases = z.partialRecord(z.enum(PHASES), z.number()).default({});

const state: z.ZodType<JobState> = z.object({
  report: report.nullable(),
  checkedAt: z.number().nullable(),
  statusSince: z.number().nullable(),
  statusStartSeen: z.boolean(),
  toldStatus: z.string().nullable(),
  toldUnknownStatuses: z.array(z.string()),
  lastLag: lag,
  lastStanding: z
    .object({ status: z.string(), taskMode: z.string().nullable(), lagMs: z.number().nullable(), at: z.number() })
    .nullable(),
  failure: z.object({ status: z.string(), since: z.number() }).nullable(),
  recovering: z.object({ since: z.number() }).nullable(),
  missing: z.object({ code: z.string(), since: z.number(), ticks: z.number() }).nullable(),
  unknown: z.object({ since: z.number(), why: why.default(explanation('not_answered')) }).nullable(),
  firstSeen: z.object({ status: z.string(), at: z.number() }).nullable().default(null),
  phases,
  lags: z.object({ maxMs: z.number(), counts: z.record(z.string(), z.number()) }).default(NO_LAGS),
  over: z.enum(['ended', 'gone']).nullable(),
});

const moment = {
  at: z.number(),
  report: report.nullable(),
  previous: z.object({ status: z.string(), since: z.number(), startSeen: z.boolean() }).nullable(),
  lastLag: lag,
};

const verdict = z.enum([
  'stopped_in_sync',
  'copy_finished',
  'stopped_behind',
  'lag_unknown',
  'had_failed',
  'during_full_copy',
  'while_paused',
  'before_start',
  'copy_never_released',
]);

const summary = z
  .object({
    from: z.number(),
    fromStart: z.boolean(),
    phases,
    lag: z.object({ maxMs: z.number(), mostMs: z.number() }).nullable(),
  })
  .nullable()
  .default(null);

const event: z.ZodType<JobEvent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status_changed'), from: z.string().nullable(), to: z.string(), ...moment }),
  z.object({ kind: z.literal('status_lasting'), status: z.string(), since: z.number(), ...moment }),
  z.object({
    kind: z.literal('recovered'),
    from: z.string(),
    failedAt: z.number(),
    workingAt: z.number(),
    ...moment,
  }),
  z.object({ kind: z.literal('renamed'), from: z.string(), to: z.string(), ...moment }),
  z.object({ kind: z.literal('ended'), verdict, summary, ...moment }),
  z.object({ kind: z.literal('gone'), code: z.string().nullable(), ...moment }),
]);

const namedJob = z.object({
  connectionId: z.string(),
  jobId,
  name: z.string().nullable(),
  jobType: z.string().nullable().default(null),
});
const namedJobs = z.array(namedJob);
const endedJobs = z.array(namedJob.extend({ madeBy: z.string().nullable().default(null) }));
const signal: z.ZodType<Signal> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('credentials_refused'), why }),
  z.object({ kind: z.literal('credentials_accepted'), since: z.number(), until: z.number() }),
  z.object({
    kind: z.literal('posts_refused'),
    posts: z.array(z.object({ channelId: z.string(), reason: z.string(), jobs: namedJobs })),
  }),
  z.object({ kind: z.literal('disk_low'), freeBytes: z.number(), leastBytes: z.number() }),
  z.object({ kind: z.literal('disk_enough'), since: z.number(), until: z.number() }),
  z.object({ kind: z.literal('disk_full') }),
  z.object({ kind: z.literal('disk_writable'), since: z.number(), until: z.number() }),
]);
const announcement: z.ZodType<Announcement> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('subscribed'), by: z.string(), jobs: namedJobs }),
  z.object({ kind: z.literal('unsubscribed'), by: z.string(), jobs: endedJobs }),
  z.object({ kind: z.literal('language'), by: z.string(), language }),
  z.object({ kind: z.literal('hello'), by: z.string().nullable() }),
  z.object({ kind: z.literal('paused'), channelId: z.string(), reason: z.string(), jobs: namedJobs }),
  z.object({
    kind: z.literal('back'),
    from: z.number(),
    until: z.number(),
    meanwhile: z.object({
      changed: z.array(z.object({ job: namedJob, status: z.string() })),
      unchanged: z.number(),
      unknown: z.number(),
    }),
  }),
  z.object({ kind: z.literal('signal'), signal }),
]);

const causes = z.partialRecord(language, z.object({ code: z.string().nullable(), text: z.string().nullable() }));

/** Causes by language. */
export type Causes = Readonly<Partial<Record<Language, Cause>>>;

export function decodeCauses(text: string): Causes {
  return causes.parse(JSON.parse(text));
}

/** The text for a reader of `language`, else whichever there is. */
export function causeFor(causes: Causes, language: Language): Cause | null {
  return causes[language] ?? Object.values(causes)[0] ?? null;
}

export function decodeWhy(text: string): Explanation {
  return why.parse(JSON.parse(text));
}

/** A stored language; null when none was chosen. */
export function decodeLanguage(text: string | null): Language | null {
  return language.nullable().parse(text);
}

/** Reads a stored job state. @throws when the row was not written by this program or an older one */
export function decodeState(text: string): JobState {
  return state.parse(JSON.parse(text));
}

export function decodeEvent(text: string): JobEvent {
  return event.parse(JSON.parse(text));
}

/** A stored job with its name. */
export function decodeNamedJob(text: string): NamedJob {
  return namedJob.parse(JSON.parse(text));
}

export function decodeAnnouncement(text: string): Announcement {
  return announcement.parse(JSON.parse(text));
}

const unsubscribed = z.object({ reason: z.string() });
const madeBy = z.object({ by: z.string() });
const chosen = z.object({ language });
const pause = z.object({ reason: z.string() });

/** What an audited action changed; one that this version does not know is shown by its name. */
export function decodeAudited(action: string, before: string | null, after: string | null): AuditedChange {
  const [from, to] = [parsed(before), parsed(after)];
  switch (action) {
    case 'subscribe':
      return { kind: 'subscribed' };
    case 'unsubscribe': {
      const [{ data: made }, { data: ended }] = [madeBy.safeParse(from), unsubscribed.safeParse(to)];
      return { kind: 'unsubscribed', madeBy: made?.by ?? null, reason: ended?.reason ?? 'unsubscribed' };
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
  }
  return { kind: 'other', action };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
