import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import { HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import type { Job } from '../../../src/domain/job/job.ts';
import { CLOSINGS } from '../../../src/domain/post/closing.ts';
import { NOTHING_AROUND, NO_AFTERMATH } from '../../../src/domain/post/post.ts';
import type { DeliveryFacts } from '../../../src/domain/post/post.ts';
import { fullPostMessage, postMessage } from '../../../src/slack/messages/posts/post-message.ts';
import { aJob, aReport } from '../../support/reports.ts';
import {
  ASKED,
  A_POST,
  DUPLICATE,
  FAILURE,
  FLAPPING,
  SOURCE,
  START,
  anEvent,
  failures,
  job,
  read,
  replicating,
  stays,
} from './facts.ts';
import type { IncidentFacts, Said, Step } from './facts.ts';

const recoveries = (count: number): readonly IncidentFacts[] =>
  failures(count, null).map((one, n) => ({
    ...one,
    event: {
      kind: 'recovered',
      from: 'INCRE_TRANSFER_FAILED',
      failedAt: START,
      startSeen: true,
      workingAt: START + n * MINUTE,
      ...anEvent,
    },
  }));

const incident =
  (facts: readonly IncidentFacts[], jobs: readonly Job[] = []): Said =>
  (texts) =>
    postMessage(
      texts,
      { ...ASKED, id: 'POST', channelId: 'C1', kind: 'incident', facts, around: { ...NOTHING_AROUND, watched: 60 } },
      jobs.map((known) => ({ kind: 'known', job: known })),
    );

/** So many recoveries of an incident with 30 jobs, of which `closed` are closed: the others of those have ended. */
const recovered =
  (count: number, closed: number): Said =>
  (texts) => {
    const shown = [
      ...failures(count, SOURCE, 0, { closed: { how: 'recovered', at: START } }),
      ...failures(closed - count, SOURCE, count, { closed: { how: 'ended', at: START } }),
      ...failures(30 - closed, SOURCE, closed),
    ];
    const around = { ...NOTHING_AROUND, shown, watched: 60 };
    const post = {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      kind: 'recoveries',
      facts: recoveries(count),
      around,
    } as const;
    return postMessage(texts, post);
  };

const backlog =
  (...steps: readonly Step[]): Said =>
  (texts) => {
    const facts = read(...steps, ...stays(steps)).events.map((event, n): DeliveryFacts => ({
      kind: 'event',
      job,
      eventNumber: n + 1,
      event,
      aftermath: NO_AFTERMATH,
    }));
    return postMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts });
  };

export const INCIDENT_CASES: Readonly<Record<string, Said>> = {
  'part-of-an-incident': (texts) =>
    postMessage(texts, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      facts: failures(1, SOURCE),
      around: { ...NOTHING_AROUND, partOfTs: '1700000000.000100' },
    }),
  'backlog-of-one-job': backlog(
    replicating,
    [20, 'PAUSING'],
    [40, 'INCRE_TRANSFER_STARTED'],
    [60, 'INCRE_TRANSFER_FAILED'],
  ),
  'backlog-of-one-job-with-many-steps': backlog(
    replicating,
    ...[20, 40, 60, 80].flatMap((minute): readonly Step[] => [
      [minute, 'PAUSING'],
      [minute + 10, 'INCRE_TRANSFER_STARTED'],
    ]),
  ),
  'incident-one-cause': incident(failures(30, SOURCE)),
  'incident-no-cause-yet': incident(failures(4, null)),
  'incident-seven-fit': incident(failures(7, SOURCE)),
  'incident-two-causes': incident([...failures(24, SOURCE), ...failures(6, DUPLICATE, 24)]),
  'incident-five-causes': incident(
    [1, 2, 3, 4, 5]
      .flatMap((n) => failures(2, { code: `DRS.M0000${n}`, text: null }, n * 2))
      .concat(failures(1, null, 20)),
  ),
  'incident-of-different-kinds': incident([
    ...failures(3, SOURCE),
    ...failures(2, SOURCE, 3).map((one) => ({
      ...one,
      event: { ...FAILURE, to: 'FULL_TRANSFER_FAILED', report: aReport({ status: 'FULL_TRANSFER_FAILED' }) },
    })),
  ]),
  'incident-partly-recovered': incident([
    ...failures(6, SOURCE),
    ...failures(24, SOURCE, 6, { closed: { how: 'recovered', at: START + 12 * MINUTE } }),
  ]),
  'incident-all-recovered': incident(
    failures(30, SOURCE, 0, { closed: { how: 'recovered', at: START + 20 * MINUTE } }),
    [aJob({ jobId: simulatedJobId(0) }, { report: aReport(), checkedAt: START })],
  ),
  'incident-closed-in-every-way': incident(
    CLOSINGS.flatMap((how, n) => failures(1, SOURCE, n, { closed: { how, at: START + HOUR } })),
  ),
  'incident-in-full': (texts) =>
    fullPostMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts: failures(30, SOURCE) }, []),
  'incident-of-pauses': incident(
    failures(5, null).map((one) => ({
      ...one,
      event: { ...FAILURE, to: 'PAUSING', report: aReport({ status: 'PAUSING' }) },
    })),
  ),
  'incident-of-pauses-by-somebody': incident(
    failures(5, null).map((one, index) => ({
      ...one,
      event: { ...FAILURE, to: 'PAUSING', report: aReport({ status: 'PAUSING' }) },
      aftermath: { ...one.aftermath, doer: index === 0 ? null : { userName: index === 1 ? 'ben' : 'ada', at: START } },
    })),
  ),
  'incident-of-ends': incident(
    failures(5, null).map((one) => ({ ...one, event: { kind: 'gone', code: null, ...anEvent } })),
  ),
  'incident-of-several-things': incident([
    ...failures(2, null).map((one): IncidentFacts => ({
      ...one,
      event: { kind: 'ended', verdict: 'had_failed', summary: null, standing: null, ...anEvent },
    })),
    ...failures(2, null, 2).map((one): IncidentFacts => ({
      ...one,
      event: { kind: 'flapping', flapping: FLAPPING, ...anEvent },
    })),
  ]),
  'incident-of-recoveries': incident(recoveries(5)),
  'incident-without-reports': incident(
    failures(4, null).map((one) => ({ ...one, event: { ...FAILURE, report: null, lastLag: null } })),
  ),
  'recoveries-of-all': recovered(30, 30),
  'recoveries-with-others-ended': recovered(28, 30),
  'recoveries-so-far': recovered(24, 24),
};
