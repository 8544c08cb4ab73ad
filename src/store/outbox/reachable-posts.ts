import type { Claim } from './claim-turn.ts';

/** Posts of the workspace where posts go out: neither their channel nor the workspace is paused. */
export function reachablePosts({ tx, request: { workspaceId } }: Pick<Claim, 'tx' | 'request'>) {
  return tx
    .selectFrom('posts')
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.workspace_id', '=', 'posts.workspace_id')
        .onRef('channels.channel_id', '=', 'posts.channel_id'),
    )
    .innerJoin('workspaces', 'workspaces.id', 'posts.workspace_id')
    .where('posts.workspace_id', '=', workspaceId)
    .where('channels.paused_at', 'is', null)
    .where('workspaces.paused_at', 'is', null);
}
