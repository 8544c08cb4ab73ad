import { expect, test } from 'vitest';

import { explanation } from '../../../src/domain/job/explanation.ts';
import type { JobId } from '../../../src/domain/job/job-id.ts';
import type { Explanation } from '../../../src/domain/job/explanation.ts';
import { DEFAULT_BLIND_RULES } from '../../../src/domain/poll/blind-episode.ts';
import { MINUTE } from '../../../src/domain/base/time.ts';
import { BILLING, ORDERS } from '../../support/reports.ts';
import { announced, ben, CONNECTION, ended, passingDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `SightStore` promises. */
export function sightContract(open: OpenStore): void {
  const { desk, commit, stateOf, poll, watch, drain, changed } = passingDesk(open);

  /** DRS did not answer about it. */
  async function pollInVain(jobId: JobId) {
    const unknown = { since: desk.now, why: explanation('timeout'), polls: 1, isLasting: false };
    await commit(jobId, { ...(await stateOf(jobId)), unknown });
  }
  const findDownTime = (last: number) => (desk.now - last >= 10 * MINUTE ? last : null);
  const alive = () => desk.store.noteAlive({ connectionId: CONNECTION, now: desk.now, findDownTime });
  const rules = DEFAULT_BLIND_RULES;
  /** A pass has ended, with a report or without one. */
  async function tell(why: Explanation | null = null) {
    const noted = await desk.store.noteSight({
      connectionId: CONNECTION,
      sight: { at: desk.now, why },
      nextTryAt: null,
      rules,
    });
    return noted.channels + (await desk.store.tellSight({ connectionId: CONNECTION, now: desk.now, rules })).channels;
  }
  /** Alive until desk.now, then away for so long, then back. */
  async function away(minutes: number) {
    await alive();
    desk.now += minutes * MINUTE;
    await alive();
  }

  test('a down time of ten minutes is told to each channel once, with what changed', async () => {
    await watch(ORDERS);
    await watch(BILLING);
    await watch(BILLING, ben);
    await drain();
    const from = desk.now;
    await away(42);
    const until = desk.now;
    await poll(ORDERS, 'INCRE_TRANSFER_FAILED', [changed('INCRE_TRANSFER_FAILED')]);
    expect(await tell()).toBe(0);
    await poll(BILLING, 'INCRE_TRANSFER_STARTED');
    expect(await tell()).toBe(2);
    expect(await tell()).toBe(0);
    const posts = await drain();
    expect(announced(posts)).toMatchObject([
      {
        channel: 'C1',
        said: {
          kind: 'back',
          from,
          until,
          meanwhile: {
            changed: [{ job: { jobId: ORDERS }, status: 'INCRE_TRANSFER_FAILED' }],
            unchanged: 1,
            unknown: 0,
          },
        },
      },
      { channel: 'C2', said: { meanwhile: { changed: [], unchanged: 1, unknown: 0 } } },
    ]);
    // What it names has no post of its own.
    const facts = posts.filter((post) => post.channelId === 'C1').map((post) => post.facts.map(({ kind }) => kind));
    expect(facts).toEqual([['event', 'announcement']]);
  });

  test('a down time of nine minutes is not told, nor is the first start', async () => {
    await watch(ORDERS);
    await drain();
    await away(9);
    await poll(ORDERS, 'PAUSING');
    expect(await tell()).toBe(0);
  });

  test('no time is a down time while another bot is alive', async () => {
    await watch(ORDERS);
    await away(9);
    await away(9);
    await poll(ORDERS, 'PAUSING');
    expect(await tell()).toBe(0);
  });

  test('a down time that is followed by another before it was told is told as one', async () => {
    await watch(ORDERS);
    await drain();
    const from = desk.now;
    await away(20);
    await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
    await away(30);
    await poll(ORDERS, 'PAUSING');
    expect(await tell()).toBe(1);
    expect(announced(await drain())).toMatchObject([
      { said: { from, until: desk.now, meanwhile: { changed: [{ status: 'PAUSING' }] } } },
    ]);
  });

  test('a down time in which DRS does not answer afterwards is told as that, and what changed when it answers', async () => {
    await watch(ORDERS);
    await drain();
    const from = desk.now;
    await away(42);
    const why = explanation('timeout');
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await pollInVain(ORDERS);
      expect(await tell(why)).toBe(0);
      desk.now += MINUTE;
    }
    expect(await tell(why)).toBe(1);
    expect(announced(await drain())).toMatchObject([
      { channel: 'C1', said: { kind: 'blind', since: from, why, jobs: 1, last: { standings: [{ count: 1 }] } } },
    ]);
    await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
    expect(await tell()).toBe(1);
    expect(announced(await drain())).toMatchObject([
      { said: { kind: 'back', after: 'blind', from, meanwhile: { changed: [{ status: 'PAUSING' }] } } },
    ]);
    expect(await tell()).toBe(0);
  });

  test('a down time is told with a job that ended in it, not of one that was unsubscribed or subscribed after it', async () => {
    await watch(ORDERS);
    await watch(BILLING, ben);
    await drain();
    await away(42);
    await poll(ORDERS, 'RELEASE_RESOURCE_COMPLETE', [ended(desk.now)]);
    desk.now += 1;
    await poll(BILLING, 'PAUSING');
    await desk.store.unsubscribe({ actor: ben, jobs: 'all', reason: 'unsubscribed', announce: false, now: desk.now });
    await watch(BILLING);
    expect(await tell()).toBe(1);
    expect(announced(await drain()).filter(({ said }) => said.kind === 'back')).toMatchObject([
      {
        channel: 'C1',
        said: { meanwhile: { changed: [{ job: { jobId: ORDERS } }], unchanged: 0, unknown: 0 } },
      },
    ]);
  });
}
