/** The workspace the bot was installed in, and the Enterprise organisation that owns it, if one does. */
export interface Home {
  readonly workspaceId: string;
  readonly enterpriseId: string | null;
}

/** Why Slack did not tell something. */
export interface NotTold {
  readonly kind: 'not_told';
  /** `withheld`: it will not, as things are – a scope is missing. `unanswered`: it may tell in a moment. */
  readonly why: 'withheld' | 'unanswered';
}

/** What Slack tells about somebody. */
export type Person =
  | {
      readonly kind: 'told';
      /** Every workspace and organisation the person belongs to; empty when Slack does not say. */
      readonly teamIds: readonly string[];
      readonly isGuest: boolean;
      /** A bot, or an account that was switched off. */
      readonly isBotOrDeactivated: boolean;
    }
  /** Slack shows the bot no such person. */
  | { readonly kind: 'invisible' }
  | NotTold;

/** What Slack tells about who else may be in a conversation. */
export type Sharing =
  /** Shared with another organisation, or about to be; or not. */
  | { readonly kind: 'told'; readonly isExternal: boolean }
  /** A conversation that the bot is not in. */
  | { readonly kind: 'hidden' }
  | NotTold;

/** Whom and where the operator lets the bot be used; null: no limit. */
export interface AccessPolicy {
  readonly users: ReadonlySet<string> | null;
  readonly channels: ReadonlySet<string> | null;
}

/** Why nothing may be said to a channel. */
export type ChannelDenial = 'channel_shared' | 'channel_not_told' | 'channel_not_allowed';

/** Why somebody may not use the bot. */
export type PersonDenial =
  | 'stranger'
  | 'guest'
  | 'nobody'
  | 'person_not_told'
  | 'person_withheld'
  | 'person_not_allowed';

/** Why somebody may not do something. */
export type AccessDenial = PersonDenial | ChannelDenial;

/** May somebody do something somewhere? */
export type Access =
  | {
      readonly kind: 'allowed';
      /** Whether everybody in the conversation may be shown something; nobody knows who is in a hidden one. */
      readonly mayShowPublicly: boolean;
    }
  | { readonly kind: 'refused'; readonly why: AccessDenial };

/** Somebody who wants something, as the request and Slack tell it. */
export interface Asker {
  readonly userId: string;
  /** The workspace the request says the person belongs to; null when it does not say. */
  readonly teamId: string | null;
  readonly person: Person;
}

/** The conversation a request came from. */
export interface Place {
  readonly channelId: string;
  readonly sharing: Sharing;
}

/**
 * Who may use the bot, and where: full members of its own workspace, in conversations no other organisation reads, within
 * the operator's limits. See docs/decisions/0011-access.md for what holds while Slack does not tell.
 */
export function decideAccess(asker: Asker, place: Place, home: Home, policy: AccessPolicy): Access {
  const why = findPersonDenial(asker, home, policy) ?? findChannelDenial(place, policy);
  return why === null
    ? { kind: 'allowed', mayShowPublicly: place.sharing.kind !== 'hidden' }
    : { kind: 'refused', why };
}

/** Why somebody may not use the bot, wherever; null when they may. */
export function findPersonDenial(
  { userId, teamId, person }: Asker,
  home: Home,
  policy: AccessPolicy,
): PersonDenial | null {
  if (isStranger(teamId, person, home)) return 'stranger';
  if (person.kind === 'told' && person.isBotOrDeactivated) return 'nobody';
  if (person.kind === 'told' && person.isGuest) return 'guest';
  if (policy.users !== null && !policy.users.has(userId)) return 'person_not_allowed';
  if (person.kind !== 'not_told') return null;
  return person.why === 'unanswered' ? 'person_not_told' : 'person_withheld';
}

/** Why a channel may be told nothing; null when it may. */
export function findChannelDenial({ channelId, sharing }: Place, policy: AccessPolicy): ChannelDenial | null {
  if (sharing.kind === 'told' && sharing.isExternal) return 'channel_shared';
  if (policy.channels !== null && !policy.channels.has(channelId)) return 'channel_not_allowed';
  return isUnanswered(sharing) ? 'channel_not_told' : null;
}

/** What the request says counts, unless Slack says that the person is a colleague from the same organisation. */
function isStranger(teamId: string | null, person: Person, home: Home): boolean {
  if (person.kind === 'invisible') return true;
  const told = person.kind === 'told' ? person.teamIds : [];
  if (told.length > 0 && !told.some((id) => isHome(id, home))) return true;
  const isForeign = teamId !== null && !isHome(teamId, home);
  return isForeign && (home.enterpriseId === null || told.length === 0);
}

function isHome(teamId: string, { workspaceId, enterpriseId }: Home): boolean {
  return teamId === workspaceId || teamId === enterpriseId;
}

function isUnanswered(answer: Person | Sharing): boolean {
  return answer.kind === 'not_told' && answer.why === 'unanswered';
}

/** Under which name a channel's posts are held back when it may be told nothing for good. */
export const HELD = {
  channel_shared: 'externally_shared',
  channel_not_allowed: 'channel_not_allowed',
  channel_deleted: 'channel_deleted',
  /** Direct messages with somebody who may not use the bot any more. */
  reader_not_allowed: 'reader_not_allowed',
} as const;

/** Those names. */
export type HeldReason = (typeof HELD)[keyof typeof HELD];
export const HELD_REASONS: readonly string[] = Object.values(HELD);

/** Whether posts held back for `reason` may go out where nothing speaks against it any more. */
export function mayResume(reason: string, sharing: Sharing): boolean {
  if (reason === HELD.channel_shared) return sharing.kind === 'told' && !sharing.isExternal;
  return reason === HELD.channel_not_allowed;
}
