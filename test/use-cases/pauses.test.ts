import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { msUntilTrial } from '../../src/domain/post/pause.ts';
import type { Post, SendOutcome } from '../../src/domain/post/post.ts';
import { classifyAnswer } from '../../src/slack/web-api/classify-slack-error.ts';
import { openDesk, jobNumber, WORKSPACE } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';
import { reported } from '../support/reports.ts';

const [ORDERS, BILLING] = [jobNumber(1), jobNumber(2)];
const here = { workspaceId: WORKSPACE, channelId: 'C1' };
const ana = { ...here, userId: 'UANA' };

/** A channel that watches two jobs, and a Slack that answers as it is told. */
async function open(): Promise<{
  readonly desk: Desk;
  /** When a message was sent to the channel, since the refusals began, in s. */
  readonly tries: number[];
  /** Slack refuses each message that `isMeant` with this error name, for so long from the first one on. */
  readonly refuse: (name: string, forMs?: number, isMeant?: (post: Post) => boolean) => void;
  /** So much time passes, in steps of a second, or of a quarter of an hour where it is long. */
  readonly pass: (ms: number) => Promise<void>;
}> {
  const desk = await openDesk();
  await desk.watch('C1', ORDERS, BILLING);
  await desk.watch('C2', ORDERS);
  await desk.minutes(1);
  desk.said.length = 0;
  const tries: number[] = [];
  const accept = desk.send;
  return {
    desk,
    tries,
    refuse(name, forMs = Infinity, isMeant = (post) => post.channelId === 'C1') {
      let began: number | null = null;
      desk.send = (post): SendOutcome => {
        if (!isMeant(post)) return accept(post);
        began ??= desk.clock.now();
        if (post.channelId === 'C1') tries.push(Math.floor((desk.clock.now() - began) / SECOND));
        return desk.clock.now() - began < forMs ? classifyAnswer(name) : accept(post);
      };
    },
    async pass(ms) {
      const step = ms > HOUR ? 15 * MINUTE : SECOND;
      for (let passed = 0; passed < ms; passed += step) {
        desk.clock.advance(step);
        await desk.speak();
      }
    },
  };
}

/** The job has another status from now on, and the channel is owed that. */
async function becomes(desk: Desk, job: typeof ORDERS, status: string): Promise<void> {
  desk.answers.set(job, reported(status, { jobId: job }));
  desk.clock.advance(MINUTE);
  await desk.tick();
}

describe('a channel that Slack refuses', () => {
  test.each(['not_in_channel', 'channel_not_found', 'restricted_action', 'access_denied', 'ekm_access_denied'])(
    'once (%s) is told everything seconds later',
    async (name) => {
      const { desk, refuse, pass } = await open();
      refuse(name, 3 * SECOND);
      await becomes(desk, ORDERS, 'PAUSING');
      expect(desk.told('C1')).toEqual([]);
      await pass(10 * SECOND);
      expect(desk.told('C1')).toEqual(['1 PAUSING']);
      expect(await desk.context.store.findPause(here)).toBeNull();
    },
  );

  test('is tried after 5 s, 30 s, 5 min, 1 h, then daily, with one message each', async () => {
    const { desk, tries, refuse, pass } = await open();
    refuse('is_archived');
    await becomes(desk, ORDERS, 'PAUSING');
    await pass(6 * MINUTE);
    await pass(3 * DAY);
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    // Time passes in steps of a quarter of an hour in the end.
    const late = pauses.map((pause, index) => pause - msUntilTrial(index + 1) / SECOND);
    expect(pauses).toHaveLength(6);
    for (const seconds of late) expect(seconds).toSatisfy((one: number) => one >= 0 && one <= 901);
    expect(desk.told('C1')).toEqual([]);
    expect(await desk.context.store.countPending(here)).toBe(1);
  });

  test('is told after it has healed in one post, in order, without what was unsubscribed meanwhile', async () => {
    const { desk, refuse, pass } = await open();
    refuse('not_in_channel', 5 * MINUTE);
    await desk.watch('C1', jobNumber(3));
    await becomes(desk, ORDERS, 'PAUSING');
    await becomes(desk, BILLING, 'PAUSING');
    await becomes(desk, jobNumber(3), 'PAUSING');
    const { connectionId, store } = desk.context;
    const jobs = [{ connectionId, jobId: BILLING }];
    await store.unsubscribe({ actor: ana, jobs, reason: 'unsubscribed', announce: false, now: desk.clock.now() });
    await pass(10 * MINUTE);
    expect(desk.said.filter(({ channelId }) => channelId === 'C1')).toHaveLength(1);
    expect(desk.told('C1')).toEqual(['subscribed', '1 PAUSING', '3 PAUSING']);
  });

  test('holds up no other channel', async () => {
    const { desk, refuse } = await open();
    refuse('is_archived');
    await becomes(desk, ORDERS, 'PAUSING');
    expect(desk.told('C2')).toEqual(['1 PAUSING']);
  });

  test('is tried at once after an event, and again seconds later where Slack still refuses', async () => {
    const { desk, tries, refuse, pass } = await open();
    refuse('not_in_channel');
    await becomes(desk, ORDERS, 'PAUSING');
    await pass(2 * HOUR);
    refuse('not_in_channel', 20 * SECOND);
    tries.length = 0;
    await desk.context.store.tryAtOnce({ channel: here, now: desk.clock.now() });
    await pass(60 * SECOND);
    expect(tries).toEqual([0, 5, 35]);
    expect(desk.told('C1')).toEqual(['1 PAUSING']);
  });
});

describe('a workspace that Slack refuses', () => {
  test.each(['invalid_auth', 'missing_scope', 'accesslimited', 'token_revoked', 'account_inactive'])(
    'for a while (%s) goes on by itself, and one message at a time asks',
    async (name) => {
      const { desk, tries, refuse, pass } = await open();
      refuse(name, 20 * SECOND, () => true);
      await becomes(desk, ORDERS, 'PAUSING');
      tries.length = 0;
      await pass(60 * SECOND);
      expect([desk.told('C1'), desk.told('C2')]).toEqual([['1 PAUSING'], ['1 PAUSING']]);
      expect(tries.length).toBeLessThanOrEqual(3);
    },
  );

  test('is tried at once when the bot is started again', async () => {
    const { desk, refuse, pass } = await open();
    refuse('token_revoked', Infinity, () => true);
    await becomes(desk, ORDERS, 'PAUSING');
    await pass(HOUR + 1);
    refuse('token_revoked', 0);
    await desk.context.store.openWorkspace({ id: WORKSPACE, name: 'Acme', at: desk.clock.now() });
    await pass(2 * SECOND);
    expect([desk.told('C1'), desk.told('C2')]).toEqual([['1 PAUSING'], ['1 PAUSING']]);
  });
});

describe('one message that Slack refuses', () => {
  const isOfOrders = ({ facts }: Post) => facts.some((one) => one.kind === 'event' && one.job.jobId === ORDERS);

  test.each(['invalid_blocks', 'a_new_error', 'team_not_found'])(
    'for 20 s (%s), formatted and as plain text, is told all the same',
    async (name) => {
      const { desk, refuse, pass } = await open();
      refuse(name, 20 * SECOND);
      await becomes(desk, ORDERS, 'PAUSING');
      await pass(60 * SECOND);
      expect(desk.told('C1')).toEqual(['1 PAUSING']);
      expect(desk.said.find(({ channelId }) => channelId === 'C1')?.post.plain).toBe(false);
    },
  );

  test('holds back only what its own job is told in that channel', async () => {
    const { desk, tries, refuse, pass } = await open();
    refuse('invalid_blocks', Infinity, (post) => post.channelId === 'C1' && isOfOrders(post));
    await becomes(desk, ORDERS, 'PAUSING');
    await becomes(desk, BILLING, 'PAUSING');
    await becomes(desk, ORDERS, 'INCRE_TRANSFER_STARTED');
    expect(desk.told('C1')).toEqual(['2 PAUSING']);
    expect(desk.told('C2')).toEqual(['1 PAUSING', '1 INCRE_TRANSFER_STARTED']);
    await pass(2 * HOUR);
    tries.length = 0;
    await pass(2 * DAY);
    expect(tries.length).toBeLessThanOrEqual(6);
    refuse('invalid_blocks', 0);
    await pass(DAY);
    expect(desk.told('C1')).toEqual(['2 PAUSING', '1 PAUSING', '1 INCRE_TRANSFER_STARTED']);
  });

  test('is told to the operator when that has lasted five minutes, once', async () => {
    const { desk, refuse, pass } = await open();
    const report = () => {
      const { connectionId, store, opsChannel } = desk.context;
      if (opsChannel === null) throw new Error('no operator');
      const request = { connectionId, channel: opsChannel, now: desk.clock.now(), limit: 10, sayMs: 5 * MINUTE };
      return store.reportRefusedPosts(request);
    };
    refuse('invalid_blocks', Infinity, isOfOrders);
    await becomes(desk, ORDERS, 'PAUSING');
    expect(await report()).toBe(0);
    await pass(6 * MINUTE);
    expect([await report(), await report()]).toEqual([2, 0]);
  });

  test('that tells of several jobs is taken apart, so that the others are told', async () => {
    const { desk, refuse, pass } = await open();
    refuse('is_archived', 3 * MINUTE);
    await becomes(desk, ORDERS, 'PAUSING');
    await becomes(desk, BILLING, 'PAUSING');
    refuse('invalid_blocks', Infinity, (post) => post.channelId === 'C1' && isOfOrders(post));
    await pass(6 * MINUTE);
    expect(desk.told('C1')).toEqual(['2 PAUSING']);
  });
});

test('an unknown error name stands in the reason as Slack gave it, and is cut', () => {
  expect(classifyAnswer('brand_new')).toMatchObject({ kind: 'refused', reason: 'brand_new' });
  expect(classifyAnswer('x'.repeat(5_000))).toMatchObject({ reason: 'x'.repeat(100) });
});
