import { expect, test } from 'vitest';

import { explanation } from '../../../src/domain/job/explanation.ts';
import type { OperatorAlert } from '../../../src/domain/post/operator-alert.ts';
import { DAY } from '../../../src/domain/base/time.ts';
import { ORDERS } from '../../support/reports.ts';
import { announced, CONNECTION, passingDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

const OPS = { workspaceId: 'T1', channelId: 'COPS' };
const REFUSED: OperatorAlert = { kind: 'credentials_refused', why: explanation('keys_wrong', { label: 'x' }) };

/** What `OperatorAlertStore` promises. */
export function operatorAlertContract(open: OpenStore): void {
  const { desk, poll, watch, drain, changed } = passingDesk(open);

  const about = () => ({ connectionId: CONNECTION, channel: OPS, kind: 'credentials' as const, now: desk.now });
  const raise = () => desk.store.raiseAlert({ ...about(), alert: REFUSED });
  const clear = () =>
    desk.store.clearAlert({
      ...about(),
      alert: (since) => ({ kind: 'credentials_accepted', since, until: desk.now }),
    });
  const heard = async (): Promise<readonly OperatorAlert[]> =>
    announced(await drain()).flatMap(({ said }) => (said.kind === 'signal' ? [said.signal] : []));

  test('the operator hears once that something is wrong and once that it is well again', async () => {
    expect(await clear()).toBe(false);
    expect([await raise(), await raise()]).toEqual([true, false]);
    expect(await heard()).toEqual([REFUSED]);
    desk.now += 5;
    expect([await clear(), await clear()]).toEqual([true, false]);
    expect(await heard()).toEqual([{ kind: 'credentials_accepted', since: desk.now - 5, until: desk.now }]);
    expect(await raise()).toBe(true);
  });

  test('the operator hears of messages that Slack refused, once each, and never of a refused word about that', async () => {
    const report = () =>
      desk.store.reportRefusedPosts({ connectionId: CONNECTION, channel: OPS, now: desk.now, limit: 10, sayMs: 0 });
    const dead = () => ({ kind: 'pause_message' as const, reason: 'invalid_blocks', at: desk.now });
    await watch(ORDERS);
    await drain(dead);
    await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
    await drain(dead);
    expect([await report(), await report()]).toEqual([2, 0]);
    expect(announced(await drain(dead))).toMatchObject([
      {
        channel: 'COPS',
        said: {
          signal: {
            posts: [
              { channelId: 'C1', reason: 'invalid_blocks', jobs: [] },
              { channelId: 'C1', jobs: [{ jobId: ORDERS }] },
            ],
          },
        },
      },
    ]);
    expect(await report()).toBe(0);
    expect(await drain()).toEqual([]);
    await poll(ORDERS, 'INCRE_TRANSFER_STARTED', [changed('INCRE_TRANSFER_STARTED')]);
    await drain(dead);
    desk.now += DAY;
    expect(await report()).toBe(0);
  });
}
