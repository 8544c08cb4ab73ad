import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import { DEFAULT_INCIDENT_RULES } from '../../../src/domain/post/incident.ts';
import { placeDeliveries, placeInOrder } from '../../../src/domain/post/place-deliveries.ts';
import type { PendingDelivery } from '../../../src/domain/post/place-deliveries.ts';
import { NO_AFTERMATH } from '../../../src/domain/post/post.ts';
import type { Announcement, DeliveryFacts } from '../../../src/domain/post/post.ts';
import { DAY } from '../../../src/domain/base/time.ts';
import { BILLING, ORDERS, jobId } from '../../support/reports.ts';

const JOBS = [ORDERS, BILLING, jobId('6211d20d-0006-41da-836e-0000003jb20b')].map((id) => ({
  connectionId: 'prod',
  jobId: id,
  name: null,
  jobType: 'migration',
}));
const FLAPPING = { since: 1, failures: 3, longestGapMs: 1, longestFailureMs: 1, quietSince: 1 };

type Kind = 'failed' | 'paused' | 'recovered' | 'flapping' | 'renamed';

function eventOf(kind: Kind, at: number): JobEvent {
  const facts = { at, report: null, previous: null, lastLag: null, lagNote: 'settled', percentBefore: null } as const;
  switch (kind) {
    case 'failed':
      return { kind: 'status_changed', from: null, to: 'INCRE_TRANSFER_FAILED', ...facts };
    case 'paused':
      return { kind: 'status_changed', from: null, to: 'PAUSING', ...facts };
    case 'recovered':
      return { kind, from: 'INCRE_TRANSFER_FAILED', failedAt: at, startSeen: true, workingAt: at, ...facts };
    case 'flapping':
      return { kind, flapping: FLAPPING, ...facts };
    case 'renamed':
      return { kind, from: 'a', to: 'b', ...facts };
  }
}

/** Word that the connection is seen again, after a time from `since`, which names some of the jobs. */
function backSince(since: number, named: readonly number[]): Announcement {
  const changed = named.flatMap((job) => (JOBS[job] === undefined ? [] : [{ job: JOBS[job], status: 'PAUSING' }]));
  const meanwhile = { changed, unchanged: 0, unknown: 0 };
  return { kind: 'back', after: 'blind', from: since, until: since + 1, newsSince: since, meanwhile };
}

type Owed =
  | { readonly job: number; readonly kind: Kind }
  | { readonly since: number; readonly named: readonly number[] };

function toPending(owed: readonly Owed[]): readonly PendingDelivery[] {
  return owed.flatMap((one, id): readonly PendingDelivery[] => {
    if ('since' in one) {
      const facts: DeliveryFacts = { kind: 'announcement', announcement: backSince(one.since, one.named) };
      return [{ id, subject: 'prod', connectionId: 'prod', owedAt: id, facts }];
    }
    const job = JOBS[one.job];
    if (job === undefined) return [];
    const facts: DeliveryFacts = {
      kind: 'event',
      job,
      eventNumber: id,
      event: eventOf(one.kind, id),
      aftermath: NO_AFTERMATH,
    };
    return [{ id, subject: job.jobId, connectionId: 'prod', owedAt: id, facts }];
  });
}

/** What is told, post by post, when everything that was begun is shown before the next turn. */
function tellAll(owed: readonly PendingDelivery[]): readonly (readonly number[])[] {
  const posts: (readonly number[])[] = [];
  let pending = owed;
  for (let turn = 0; pending.length > 0 && turn <= owed.length; turn += 1) {
    const around = { posts: [], now: DAY, passBeganAt: null, rules: DEFAULT_INCIDENT_RULES, lookingSince: new Map() };
    const { begun } = placeInOrder(placeDeliveries({ pending, ...around }), new Map());
    if (begun === null) break;
    const told = new Set(begun.deliveries);
    posts.push(begun.deliveries.map(({ id }) => id));
    pending = pending.filter((one) => !told.has(one));
  }
  return posts;
}

const job = fc.nat({ max: 2 });
const anyOwed = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        job,
        kind: fc.constantFrom<Kind>('failed', 'paused', 'recovered', 'flapping', 'renamed'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ since: fc.nat({ max: 20 }), named: fc.uniqueArray(job) }) },
  ),
  { maxLength: 20 },
);

test('whatever happened before, in and after a time that nobody saw, all of it is told in the end, each job in its order', () => {
  fc.assert(
    fc.property(anyOwed, (owed) => {
      const pending = toPending(owed);
      const told = tellAll(pending).flat();
      expect(told.toSorted((one, other) => one - other)).toEqual(pending.map(({ id }) => id));
      for (const { subject } of pending) {
        const ofOne = new Set(pending.filter((one) => one.subject === subject).map(({ id }) => id));
        const order = told.filter((id) => ofOne.has(id));
        expect(order).toEqual(order.toSorted((one, other) => one - other));
      }
    }),
    { numRuns: 500 },
  );
});

test('what befell a job after the word that it is seen again is news of its own', () => {
  const owed = toPending([
    { job: 0, kind: 'failed' },
    { since: 0, named: [0] },
    { job: 0, kind: 'paused' },
  ]);
  expect(tellAll(owed)).toEqual([[0, 1], [2]]);
});

test('of two words that the connection is seen again neither waits for the other, though the clock had gone back', () => {
  const owed = toPending([
    { job: 2, kind: 'failed' },
    { job: 2, kind: 'failed' },
    { since: 1, named: [2] },
    { since: 0, named: [2] },
  ]);
  expect(tellAll(owed)).toEqual([[0], [1, 2], [3]]);
});
