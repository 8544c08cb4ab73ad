import { expect, test } from 'vitest';

import type { Post } from '../../src/domain/post/post.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { DEFAULT_DURATIONS } from '../../src/wiring/durations.ts';
import { claimTurn, runClaimed } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import { fastClock } from '../support/fast-clock.ts';
import { AT_ONCE } from '../support/quick-durations.ts';
import { SILENT } from '../support/silent-log.ts';

const clock = fastClock();
const sent: Post[] = [];
const slack = {
  notifier: {
    send: (post: Post) => {
      sent.push(post);
      return Promise.resolve({ kind: 'delivered' as const, messageTs: `${sent.length}.1`, channelId: 'C1' });
    },
    edit: () => Promise.resolve({ kind: 'gone' as const }),
    remove: () => Promise.resolve({ kind: 'gone' as const }),
  },
  history: { readPage: () => Promise.resolve({ kind: 'read' as const, found: [], ownSeen: true, cursor: null }) },
};

test('a process that was asleep between its claim and its request does not send: the channel may be another’s by now', async () => {
  const inner = await openStore('sqlite::memory:', { clock: () => clock.now() });
  await inner.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
  await inner.openConnection({ id: 'prod', name: 'x', endpoint: 'https://x', projectId: 'p', at: 1 });
  await inner.greetChannel({
    channel: { workspaceId: 'T1', channelId: 'C1' },
    connectionId: 'prod',
    by: 'UANA',
    now: clock.now(),
  });
  let sleepsMs = DEFAULT_DURATIONS.channelLeaseMs;
  const store: Store = {
    ...inner,
    async claimTurn(request) {
      const turn = await inner.claimTurn(request);
      clock.advance(sleepsMs);
      return turn;
    },
  };
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const context = {
    store,
    workspaceId: 'T1',
    clock,
    newId,
    random: () => 0,
    log: SILENT,
    durations: { ...DEFAULT_DURATIONS, incidents: AT_ONCE },
  };
  const turn = async () => {
    const claim = await claimTurn(context);
    return claim.kind === 'idle' ? claim : await runClaimed(context, slack, claim);
  };

  expect(await turn()).toEqual({ kind: 'nothing' });
  expect(sent).toEqual([]);
  sleepsMs = 0;
  for (let round = 0; round < 5 && sent.length === 0; round++) {
    clock.advance(MINUTE);
    await turn();
  }
  expect(sent).toHaveLength(1);
  await inner.close();
});
