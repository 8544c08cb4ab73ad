import { DAY, MINUTE } from '../../../src/domain/base/time.ts';
import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import { assess } from '../../../src/domain/poll/assess.ts';
import { NO_AFTERMATH } from '../../../src/domain/post/post.ts';
import type { DeliveryFacts } from '../../../src/domain/post/post.ts';
import { postMessage } from '../../../src/slack/messages/posts/post-message.ts';
import type { JobReading } from '../../../src/use-cases/polling/read-jobs.ts';
import { BILLING, aJob, reported } from '../../support/reports.ts';
import {
  ASKED,
  JUDGED_GONE,
  NO_SUCH_JOB,
  START,
  anEvent,
  drJob,
  happened,
  job,
  read,
  replicating,
  told,
  toldOf,
} from './facts.ts';
import type { Said } from './facts.ts';

/** The end of a job that replicated, after ten days in which nobody looked. */
const unseen =
  (status: string): Said =>
  (texts) => {
    const before = read(replicating, [20, replicating[1]]);
    const at = before.now + 10 * DAY;
    const first = assess(before.state, reported(status), at);
    const [event] = assess(first.state, reported(status), at + MINUTE).events;
    if (event === undefined) throw new Error('nothing was told');
    return happened(event)(texts);
  };

/** A job that got another name, and how it is now. */
const renamed =
  (now: readonly JobReading[]): Said =>
  (texts) => {
    const moment = {
      at: START,
      report: null,
      previous: null,
      lastLag: null,
      lagNote: 'settled' as const,
      percentBefore: null,
    };
    const event: JobEvent = { kind: 'renamed', from: 'orders', to: 'orders_v2', ...moment };
    const about = { ...job, name: 'orders_v2' };
    const facts: DeliveryFacts = { kind: 'event', job: about, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    return postMessage(texts, { ...ASKED, id: 'POST', channelId: 'C1', facts: [facts] }, now);
  };

export const ENDED_CASES: Readonly<Record<string, Said>> = {
  'told-ended-in-sync': told(replicating, [20, 'RELEASE_RESOURCE_STARTED'], [21, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-unsettled': told(replicating, [6, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-after-an-odd-status': told(replicating, [20, 'FROZEN'], [21, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-unseen': unseen('RELEASE_RESOURCE_COMPLETE'),
  'told-ended-after-failure': told(replicating, [6, 'INCRE_TRANSFER_FAILED'], [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-during-full-copy': told([0, 'FULL_TRANSFER_STARTED'], [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-never-released': told(
    [0, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
    [(7 * DAY) / MINUTE, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
  ),
  'told-ended-copy-finished': told(
    [0, 'STARTJOBING'],
    [1, reported('FULL_TRANSFER_STARTED', { taskMode: 'FULL_TRANS' })],
    [91, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
    [100, reported('RELEASE_RESOURCE_COMPLETE', { taskMode: 'FULL_TRANS' })],
  ),
  'told-ended-copy-seen-once': told(
    [0, 'STARTJOBING'],
    [1, reported('FULL_TRANSFER_STARTED', { taskMode: 'FULL_TRANS' })],
    [91, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
    [92, reported('RELEASE_RESOURCE_COMPLETE', { taskMode: 'FULL_TRANS' })],
  ),
  'told-ended-behind': told(
    [0, 'STARTJOBING'],
    [1, reported('INCRE_TRANSFER_STARTED', { lagMs: 90_000 })],
    [7, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-ended-lag-unknown': told(
    [0, reported('INCRE_TRANSFER_STARTED', { lagMs: null })],
    [7, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-ended-while-paused': told(replicating, [6, 'PAUSING'], [66, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-before-start': told([0, 'CONFIGURATION'], [9, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-after-a-whole-life': told(
    [0, 'STARTJOBING'],
    [1, 'FULL_TRANSFER_STARTED'],
    [1861, 'FULL_TRANSFER_COMPLETE'],
    [1862, reported('INCRE_TRANSFER_STARTED', { lagMs: 580_000 })],
    [4000, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })],
    [4001, 'PAUSING'],
    [4121, reported('INCRE_TRANSFER_STARTED', { lagMs: 2_000 })],
    [8881, reported('INCRE_TRANSFER_STARTED', { lagMs: 0 })],
    [8882, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-ended-by-somebody': toldOf(
    job,
    { doer: { userName: 'ada', at: START + 19 * MINUTE } },
    replicating,
    [20, 'RELEASE_RESOURCE_STARTED'],
    [21, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-ended-disaster-recovery-by-somebody': toldOf(
    drJob,
    { doer: { userName: 'ada', at: START + 6 * MINUTE } },
    replicating,
    [7, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-ended-after-more-days-than-samples-are-kept': happened({
    kind: 'ended',
    verdict: 'stopped_in_sync',
    summary: {
      from: START - 120 * DAY,
      fromStart: true,
      phases: { full_copy: 3 * DAY, replicating: 117 * DAY },
      lag: { maxMs: 5 * MINUTE, lastDays: 90 },
    },
    standing: null,
    ...anEvent,
  }),
  'told-ended-disaster-recovery': toldOf(drJob, {}, replicating, [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-gone-deleted': told(replicating, [6, 'DELETED']),
  'told-ended-other': happened({ kind: 'ended', verdict: 'other', summary: null, standing: null, ...anEvent }),
  'told-gone-with-a-namesake': toldOf(job, { namesake: { ...job, jobId: BILLING } }, replicating, [6, 'DELETED']),
  'told-ended-with-a-namesake': toldOf(
    job,
    { namesake: { ...job, jobId: BILLING } },
    replicating,
    [20, 'RELEASE_RESOURCE_STARTED'],
    [21, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-renamed': renamed([]),
  'told-renamed-now': renamed([{ kind: 'known', job: aJob({}, read(replicating).state) }]),
  'told-gone-unknown-to-drs': told(replicating, [6, NO_SUCH_JOB], [12, JUDGED_GONE]),
};
