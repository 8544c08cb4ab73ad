import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { placeInOrder } from '../../../src/domain/post/place-deliveries.ts';
import type { PendingDelivery, Placement } from '../../../src/domain/post/place-deliveries.ts';

const HELLO = { kind: 'announcement', announcement: { kind: 'hello', by: null } } as const;
const delivery = (id: number, subject: string): PendingDelivery => ({
  id,
  subject,
  connectionId: 'prod',
  owedAt: 1,
  facts: HELLO,
});
const NEWS = { kind: 'news', about: '', isJoinable: false, shows: [] } as const;
const begin = (...deliveries: readonly PendingDelivery[]): Placement => ({ kind: 'begin', post: NEWS, deliveries });
const attach = (postId: string, ...deliveries: readonly PendingDelivery[]): Placement => ({
  kind: 'attach',
  postId,
  deliveries,
});
const hold = (...deliveries: readonly PendingDelivery[]): Placement => ({
  kind: 'hold',
  until: 9,
  reason: 'collecting',
  deliveries,
});

/** Deliveries of few subjects, spread over some places in any way. */
const anyPlacements = fc
  .array(fc.record({ subject: fc.constantFrom('a', 'b', 'c'), place: fc.nat({ max: 4 }) }), { maxLength: 12 })
  .map((all) => {
    const pending = all.map(({ subject }, id) => delivery(id, subject));
    const at = (place: number) => pending.filter((_one, id) => all[id]?.place === place);
    const placements = [attach('p', ...at(0)), attach('q', ...at(1)), begin(...at(2)), begin(...at(3)), hold(...at(4))];
    return { pending, placements: placements.filter(({ deliveries }) => deliveries.length > 0) };
  });
const anyUntold = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('p', 'q', 'elsewhere')), { maxLength: 3 })
  .map((entries) => new Map<string, string>(entries));

describe('whatever the rules say', () => {
  test('a delivery goes nowhere while an older one of its subject is untold elsewhere', () => {
    fc.assert(
      fc.property(anyPlacements, anyUntold, ({ pending, placements }, untold) => {
        const { attached, begun } = placeInOrder(placements, untold);
        for (const placed of [...attached, ...(begun === null ? [] : [begun])])
          for (const one of placed.deliveries) {
            const post = placed.kind === 'attach' ? placed.postId : null;
            expect(untold.get(one.subject) ?? post).toBe(post);
            const older = pending.filter(({ subject, id }) => subject === one.subject && id < one.id);
            expect(older.filter((other) => !placed.deliveries.includes(other))).toEqual([]);
          }
      }),
    );
  });

  test('something is done, or waits, whenever anything is pending and nothing is untold', () => {
    fc.assert(
      fc.property(anyPlacements, ({ pending, placements }) => {
        const { attached, begun, held } = placeInOrder(placements, new Map());
        expect(attached.length + held.length + Number(begun !== null) > 0).toBe(pending.length > 0);
      }),
    );
  });
});

test('the first new post is begun that may be; what is behind something untold waits for its turn', () => {
  const [one, two, three] = [delivery(1, 'a'), delivery(2, 'b'), delivery(3, 'a')];
  const placements = [begin(one), begin(two), begin(three)];
  expect(placeInOrder(placements, new Map([['a', 'shown']])).begun?.deliveries).toEqual([two]);
  expect(placeInOrder(placements, new Map()).begun?.deliveries).toEqual([one]);
  expect(placeInOrder([attach('p', three), begin(one)], new Map())).toMatchObject({
    attached: [],
    begun: { deliveries: [one] },
  });
});

test('what names the others is told with all of them, or waits', () => {
  const meanwhile = { changed: [], unchanged: 0, unknown: 0 };
  const back = { kind: 'back', after: 'blind', from: 1, until: 2, newsSince: 1, meanwhile } as const;
  const seesAgain: PendingDelivery = { ...delivery(3, 'sight'), facts: { kind: 'announcement', announcement: back } };
  const [paused, other] = [delivery(2, 'a'), delivery(4, 'b')];
  const placements = [begin(paused, seesAgain), begin(other)];
  // The word that DRS gives no data has not been told yet.
  expect(placeInOrder(placements, new Map([['sight', 'elsewhere']])).begun?.deliveries).toEqual([other]);
  expect(placeInOrder(placements, new Map()).begun?.deliveries).toEqual([paused, seesAgain]);
});
