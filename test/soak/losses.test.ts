import { expect, test } from 'vitest';

import { MINUTE } from '../../src/domain/base/time.ts';
import { CONNECTION, jobNumber, openDesk, WORKSPACE } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';
import { reported } from '../support/reports.ts';
import { findLosses } from './losses.ts';
import { readTold } from './told.ts';
import { findUnrest } from './unrest.ts';

const JOB = jobNumber(0);
const WORKS = 'INCRE_TRANSFER_STARTED';

async function openWatched(): Promise<Desk> {
  const desk = await openDesk();
  await desk.watch('C0', JOB);
  await desk.watch('C1', JOB);
  await desk.minutes(1);
  return desk;
}

function become(desk: Desk, status: string): void {
  desk.answers.set(JOB, reported(status, { jobId: JOB }));
}

async function unsubscribe(desk: Desk, channelId: string): Promise<void> {
  const actor = { workspaceId: WORKSPACE, channelId, userId: 'UANA' };
  const jobs = [{ connectionId: CONNECTION, jobId: JOB }];
  const now = desk.clock.now();
  await desk.context.store.unsubscribe({ actor, jobs, now, reason: 'unsubscribed', announce: true });
}

async function losses({ db, said, answers }: Desk): Promise<readonly string[]> {
  const answer = answers.get(JOB);
  const status = answer?.kind === 'report' ? answer.report.status : WORKS;
  return await findLosses(db, await readTold(db), {
    firstStatus: WORKS,
    statuses: new Map([[JOB, status]]),
    visible: new Map(said.map(({ post }) => [post.id, []])),
  });
}

test('a recovery that was read once is no rest, and is told when there is rest', async () => {
  await using desk = await openWatched();
  become(desk, 'INCRE_TRANSFER_FAILED');
  await desk.minutes(1);
  become(desk, WORKS);
  await desk.minutes(1);
  const since = desk.clock.now() - MINUTE;
  expect(await findUnrest(desk.db, since)).toEqual([expect.stringContaining('not sure')]);
  await desk.minutes(4);
  expect(await findUnrest(desk.db, since)).toEqual([]);
  expect(desk.told('C0').at(-1)).toBe('0 recovered');
  expect(await losses(desk)).toEqual([]);
});

test('an answer without a report is no reading', async () => {
  await using desk = await openWatched();
  const since = desk.clock.now() + 1;
  desk.answers.set(JOB, { kind: 'omitted' });
  await desk.minutes(1);
  expect(await findUnrest(desk.db, since)).toEqual([expect.stringContaining('not read')]);
});

test('a message that is not in Slack is lost', async () => {
  await using desk = await openWatched();
  become(desk, 'PAUSING');
  await desk.minutes(1);
  expect(await losses(desk)).toEqual([]);
  desk.said.pop();
  expect(await losses(desk)).toEqual([expect.stringMatching(/^C[01]: event 1 .* PAUSING\) is told/)]);
});

test('a change that no event says is lost to every channel that watches, be it the first or a later one', async () => {
  await using desk = await openWatched();
  become(desk, 'PAUSING');
  expect(await losses(desk)).toHaveLength(2);
  await desk.minutes(1);
  become(desk, 'FULL_TRANSFER_COMPLETE');
  expect(await losses(desk)).toHaveLength(2);
});

test('what changed while a channel did not watch is not lost to it', async () => {
  await using desk = await openWatched();
  become(desk, 'PAUSING');
  await desk.minutes(1);
  await unsubscribe(desk, 'C0');
  become(desk, 'FULL_TRANSFER_COMPLETE');
  await desk.minutes(1);
  await desk.watch('C0', JOB);
  await desk.speak();
  expect(await losses(desk)).toEqual([]);
});

test('an event that was owed to one of two channels is lost to the other', async () => {
  await using desk = await openWatched();
  become(desk, 'PAUSING');
  await desk.minutes(1);
  await desk.db.deleteFrom('deliveries').where('channel_id', '=', 'C1').where('subject', '=', JOB).execute();
  expect(await losses(desk)).toEqual([expect.stringMatching(/^C1: event 1 .* was never owed to it/)]);
});
