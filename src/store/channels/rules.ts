import {
  changeRules,
  differingRules,
  leastClassOf,
  NOTHING_CHOSEN,
  rulesInForce,
} from '../../domain/rules/rule-choice.ts';
import type { RuleChoice } from '../../domain/rules/rule-choice.ts';
import { rulesKey } from '../../domain/rules/subscription-rules.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { announce, ensureChannel } from '../rows/announce.ts';
import { audit } from '../rows/audit.ts';
import { decodeChoice, decodeJobId, encode } from '../rows/codec.ts';
import { ofChannel } from '../rows/keys.ts';
import { noteLetGo } from '../rows/rule-endings.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';

export async function findChannelRules(db: Db, { workspaceId, channelId }: ChannelKey): Promise<RuleChoice> {
  const row = await db
    .selectFrom('channels')
    .select('rules')
    .where((eb) => eb.and(ofChannel({ workspaceId, channelId })))
    .executeTakeFirst();
  return row === undefined ? NOTHING_CHOSEN : decodeChoice(row.rules);
}

/** What was chosen for a subscription, and what follows from it: the rules in force, and what deliveries are chosen by. */
export function ruleColumns(ofChannel: RuleChoice, chosen: RuleChoice) {
  const rules = rulesInForce(ofChannel, chosen);
  return {
    chosen_rules: encode(chosen),
    rules: encode(rules),
    rules_key: rulesKey(rules),
    least_class: leastClassOf(rules),
    all_events: rules.events === 'all' ? 1 : 0,
  };
}

export async function setChannelRules(
  db: Db,
  { actor, connectionId, changes, now }: Request<'setChannelRules'>,
): Promise<{ readonly before: RuleChoice; readonly after: RuleChoice }> {
  return await db.transaction().execute(async (tx) => {
    await ensureChannel(tx, actor, now);
    const before = await findChannelRules(tx, actor);
    const after = changeRules(before, changes);
    const { workspaceId, channelId, userId } = actor;
    await tx
      .updateTable('channels')
      .set({ rules: encode(after) })
      .where((eb) => eb.and(ofChannel({ workspaceId, channelId })))
      .execute();
    const [was, is] = [rulesInForce(before, NOTHING_CHOSEN), rulesInForce(after, NOTHING_CHOSEN)];
    if (differingRules(was, is).length === 0) return { before, after };
    const isWatching = await applyChannelRules(tx, actor, now);
    await audit(tx, actor, 'rules', { connectionId, jobId: null }, now, { rules: was }, { rules: is });
    const announcement = { kind: 'channel_rules' as const, by: userId, before: was, after: is };
    if (isWatching) await announce(tx, actor, connectionId, announcement, now);
    return { before, after };
  });
}

/**
 * Puts what was chosen for a channel in force for its subscriptions, those included that come back with their jobs; what was
 * found by other rules says so. False when none is active.
 */
export async function applyChannelRules(
  tx: Tx,
  { workspaceId, channelId }: ChannelKey,
  now: EpochMs,
): Promise<boolean> {
  const ofAll = await findChannelRules(tx, { workspaceId, channelId });
  const rows = await tx
    .selectFrom('subscriptions')
    .select(['id', 'chosen_rules', 'ended_at', 'connection_id', 'job_id', 'rules_key'])
    .where((eb) => eb.and(ofChannel({ workspaceId, channelId })))
    .where((eb) => eb.or([eb('ended_at', 'is', null), eb('end_reason', '=', 'job_gone')]))
    .execute();
  const alike = new Map<string, number[]>();
  for (const { id, chosen_rules: chosen } of rows) alike.set(chosen, [...(alike.get(chosen) ?? []), id]);
  for (const [chosen, ids] of alike)
    await tx
      .updateTable('subscriptions')
      .set(ruleColumns(ofAll, decodeChoice(chosen)))
      .where('id', 'in', ids)
      .execute();
  for (const { connection_id: connectionId, job_id: subject, chosen_rules: chosen, rules_key: before } of rows) {
    const jobId = decodeJobId(subject);
    if (jobId !== null && ruleColumns(ofAll, decodeChoice(chosen)).rules_key !== before)
      await noteLetGo(tx, { workspaceId, channelId }, { connectionId, jobId }, now);
  }
  return rows.some((row) => row.ended_at === null);
}
