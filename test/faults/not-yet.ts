import type { Row } from './stage.ts';

/**
 * Faults of Slack that the bot does not heal from yet: a refusal is believed at once, where it is to be tried again with growing
 * pauses. Whoever mends that takes its line away.
 */
const NOT_YET: readonly RegExp[] = [
  /^(?:not_in_channel|channel_not_found|is_archived|restricted_action|access_denied|ekm_access_denied) /,
  /^(?:invalid_auth|missing_scope|accesslimited|team_access_not_granted|token_revoked|account_inactive) (?!on edits)/,
  /^(?:invalid_blocks|team_not_found|quantum_entangled) for /,
  /^lost, then history refused$/,
];

/** Whether a fault is known not to be healed from. */
export function isNotYet(row: Row | null): boolean {
  return row !== null && NOT_YET.some((name) => name.test(row.name));
}
