import type { ListedSubscription } from '../../domain/subscription.ts';
import type { Directory } from '../../ports/slack.ts';

/** What those are called who made some subscriptions, as far as Slack tells. */
export async function subscriberNames(
  directory: Pick<Directory, 'findName'>,
  subscriptions: readonly Pick<ListedSubscription, 'createdBy'>[],
): Promise<ReadonlyMap<string, string>> {
  const userIds = [...new Set(subscriptions.map(({ createdBy }) => createdBy))];
  const found = await Promise.all(userIds.map(async (userId) => [userId, await directory.findName(userId)] as const));
  return new Map(found.flatMap(([userId, name]) => (name === null ? [] : [[userId, name] as const])));
}
