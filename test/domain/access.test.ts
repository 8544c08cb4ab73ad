import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { mayResume, findChannelDenial, decideAccess, HELD } from '../../src/domain/access.ts';
import type { AccessPolicy, Asker, Home, Person, Place, Sharing } from '../../src/domain/access.ts';

const HOME: Home = { workspaceId: 'T1', enterpriseId: null };
const GRID: Home = { workspaceId: 'T1', enterpriseId: 'E1' };
const OPEN: AccessPolicy = { users: null, channels: null };
const WITHHELD = { kind: 'not_told', why: 'withheld' } as const;
const UNANSWERED = { kind: 'not_told', why: 'unanswered' } as const;
const INTERNAL: Sharing = { kind: 'told', isExternal: false };
const SHARED: Sharing = { kind: 'told', isExternal: true };

const member = (changes: Partial<Extract<Person, { kind: 'told' }>> = {}): Person => ({
  kind: 'told',
  teamIds: ['T1'],
  isGuest: false,
  isBotOrDeactivated: false,
  ...changes,
});
const asker = (person: Person, teamId: string | null = 'T1'): Asker => ({ userId: 'U1', teamId, person });
const place = (sharing: Sharing = INTERNAL): Place => ({ channelId: 'C1', sharing });

function decided(who: Asker, where: Place = place(), home: Home = HOME, policy: AccessPolicy = OPEN): string {
  const access = decideAccess(who, where, home, policy);
  if (access.kind === 'refused') return access.why;
  return access.mayShowPublicly ? 'allowed' : 'allowed, privately';
}

describe('who may use the bot', () => {
  test.each<[string, Asker, string]>([
    ['a full member', asker(member()), 'allowed'],
    ['a full member of whom the request does not say the workspace', asker(member(), null), 'allowed'],
    ['a guest', asker(member({ isGuest: true })), 'guest'],
    ['a bot, or an account that was switched off', asker(member({ isBotOrDeactivated: true })), 'nobody'],
    ['somebody of another workspace', asker(member({ teamIds: ['T2'] }), 'T2'), 'stranger'],
    ['somebody of another workspace, by Slack alone', asker(member({ teamIds: ['T2'] }), null), 'stranger'],
    ['somebody of another workspace, by the request alone', asker(member(), 'T2'), 'stranger'],
    ['somebody whom Slack does not show', asker({ kind: 'invisible' }), 'stranger'],
    ['somebody while the scope is missing', asker(WITHHELD), 'person_withheld'],
    ['a stranger while the scope is missing', asker(WITHHELD, 'T2'), 'stranger'],
    ['somebody new while Slack does not answer', asker(UNANSWERED), 'person_not_told'],
    ['a stranger while Slack does not answer', asker(UNANSWERED, 'T2'), 'stranger'],
    ['a member of whom Slack tells no workspace', asker(member({ teamIds: [] })), 'allowed'],
  ])('%s', (_who, who, expected) => {
    expect(decided(who)).toBe(expected);
  });

  test('a colleague from another workspace of the same organisation, and nobody else from there', () => {
    const colleague = asker(member({ teamIds: ['T2', 'E1'] }), 'T2');
    expect(decided(colleague, place(), GRID)).toBe('allowed');
    expect(decided(colleague, place(), HOME)).toBe('stranger');
    expect(decided(asker(WITHHELD, 'T2'), place(), GRID)).toBe('stranger');
    expect(decided(asker(member({ teamIds: ['E1'] }), 'E1'), place(), GRID)).toBe('allowed');
  });
});

describe('where it may be used', () => {
  test.each<[string, Sharing, string]>([
    ['a channel of one’s own', INTERNAL, 'allowed'],
    ['a channel shared with another organisation', SHARED, 'channel_shared'],
    ['a conversation the bot is not in', { kind: 'hidden' }, 'allowed, privately'],
    ['any channel while the scope is missing', WITHHELD, 'allowed'],
    ['a new channel while Slack does not answer', UNANSWERED, 'channel_not_told'],
  ])('%s', (_where, sharing, expected) => {
    expect(decided(asker(member()), place(sharing))).toBe(expected);
  });

  test('posts go on only when what held them back is over', () => {
    const sharings: readonly Sharing[] = [INTERNAL, SHARED, { kind: 'hidden' }, WITHHELD, UNANSWERED];
    expect(sharings.map((sharing) => mayResume(HELD.channel_shared, sharing))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(sharings.every((sharing) => mayResume(HELD.channel_not_allowed, sharing))).toBe(true);
    expect(sharings.some((sharing) => mayResume('is_archived', sharing))).toBe(false);
  });
});

describe("the operator's limits", () => {
  const limits: AccessPolicy = { users: new Set(['U9']), channels: new Set(['C9']) };

  test('keep out everybody and every channel that is not listed', () => {
    const listed = { ...asker(member()), userId: 'U9' };
    expect(decided(asker(member()), { ...place(), channelId: 'C9' }, HOME, limits)).toBe('person_not_allowed');
    expect(decided(listed, place(), HOME, limits)).toBe('channel_not_allowed');
    expect(decided(listed, { ...place(), channelId: 'C9' }, HOME, limits)).toBe('allowed');
  });

  const persons = fc.oneof(
    fc.record({
      kind: fc.constant('told' as const),
      teamIds: fc.array(fc.constantFrom('T1', 'T2', 'E1')),
      isGuest: fc.boolean(),
      isBotOrDeactivated: fc.boolean(),
    }),
    fc.constantFrom<Person>({ kind: 'invisible' }, WITHHELD, UNANSWERED),
  );
  const sharings = fc.constantFrom<Sharing>(INTERNAL, SHARED, { kind: 'hidden' }, WITHHELD, UNANSWERED);
  const policies = fc.record({
    users: fc.option(fc.subarray(['U1', 'U2']).map((ids) => new Set(ids))),
    channels: fc.option(fc.subarray(['C1', 'C2']).map((ids) => new Set(ids))),
  });
  const team = fc.option(fc.constantFrom('T1', 'T2', 'E1'));
  const home = fc.constantFrom(HOME, GRID);

  test('never open anything, and never let in a known guest or outsider, whatever else is said', () => {
    fc.assert(
      fc.property(persons, sharings, policies, team, home, (person, sharing, policy, teamId, ours) => {
        const who = asker(person, teamId);
        const limited = decideAccess(who, place(sharing), ours, policy);
        if (limited.kind === 'refused') return;
        expect(decideAccess(who, place(sharing), ours, OPEN).kind).toBe('allowed');
        expect(findChannelDenial(place(sharing), policy)).toBeNull();
        expect(sharing).not.toEqual(SHARED);
        expect(person.kind).not.toBe('invisible');
        expect(person.kind === 'told' && (person.isGuest || person.isBotOrDeactivated)).toBe(false);
        expect(ours === HOME && teamId !== null && teamId !== 'T1').toBe(false);
        expect(policy.users?.has('U1') ?? true).toBe(true);
        expect(policy.channels?.has('C1') ?? true).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
