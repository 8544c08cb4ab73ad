import { isHeldBack } from '../channels/pauses.ts';
import type { Claim } from './claim-turn.ts';

/** Posts of the workspace where posts go out: nothing is refused there, or it is time for a trial. */
export function reachablePosts({ tx, clock, request: { workspaceId } }: Pick<Claim, 'tx' | 'clock' | 'request'>) {
  return tx
    .selectFrom('posts')
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.workspace_id', '=', 'posts.workspace_id')
        .onRef('channels.channel_id', '=', 'posts.channel_id'),
    )
    .innerJoin('workspaces', 'workspaces.id', 'posts.workspace_id')
    .where('posts.workspace_id', '=', workspaceId)
    .where((eb) => eb.not(isHeldBack('posts', clock)));
}
