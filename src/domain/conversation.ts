/** A direct message with the bot: `D…`, or `U…` for a person to whom one is still to be opened. */
export function isDirectMessage(channelId: string): boolean {
  return /^[DU]/.test(channelId);
}

/**
 * Whether a member can let the bot in: not into the direct messages of two people, nor into those of a group, which Slack
 * calls `mpdm-ana--ben-1`.
 *
 * @param name as Slack says it in a request; null where it does not
 */
export function canBeInvited(channelId: string, name: string | null): boolean {
  return !isDirectMessage(channelId) && name?.startsWith('mpdm-') !== true;
}
