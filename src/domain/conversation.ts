/** A direct message with the bot: `D…`, or `U…` for a person to whom one is still to be opened. */
export function isDirectMessage(channelId: string): boolean {
  return /^[DU]/.test(channelId);
}
