import { z } from 'zod';

import type { JobEvent } from '../domain/job-event.ts';
import { parseJobId } from '../domain/job-id.ts';
import type { JobId } from '../domain/job-id.ts';
import type { JobState } from '../domain/job-state.ts';
import type { Announcement } from '../domain/post.ts';

/** A stored id; a row that holds anything else was not written by this program. */
export function storedJobId(text: string | null): JobId {
  const jobId = parseJobId(text ?? '');
  if (jobId === null) throw new TypeError('a stored job id is malformed');
  return jobId;
}

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
  errorCode: z.string().nullable(),
  unknownFields: z.record(z.string(), z.unknown()),
});

const lag = z.object({ ms: z.number(), at: z.number() }).nullable();

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
  unknown: z.object({ since: z.number(), sentence: z.string() }).nullable(),
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
  z.object({ kind: z.literal('ended'), verdict, ...moment }),
  z.object({ kind: z.literal('gone'), code: z.string().nullable(), ...moment }),
]);

const namedJobs = z.array(z.object({ connectionId: z.string(), jobId, name: z.string().nullable() }));
const announcement: z.ZodType<Announcement> = z.object({
  kind: z.enum(['subscribed', 'unsubscribed']),
  by: z.string(),
  jobs: namedJobs,
});

/** Reads a stored job state. @throws when the row was not written by this program or an older one */
export function decodeState(text: string): JobState {
  return state.parse(JSON.parse(text));
}

export function decodeEvent(text: string): JobEvent {
  return event.parse(JSON.parse(text));
}

export function decodeAnnouncement(text: string): Announcement {
  return announcement.parse(JSON.parse(text));
}
