import type { EpochMs } from '../../domain/base/time.ts';
import type { BlindEpisode, BlindRules, PollSight } from '../../domain/poll/blind-episode.ts';

/** What was said of a connection's sight. */
export interface SightTold {
  /** How many channels are owed word of it. */
  readonly channels: number;
  /** The episode as it is, or was until now; null when there is none. */
  readonly episode: BlindEpisode | null;
}

/** Blind episodes of a connection, and down times of the bot. */
export interface SightStore {
  /**
   * A bot is alive at `now`. `findDownTime` is told when one last was, and says from when on looks were missed; null: none
   * were. That begins an episode of the connection (see noteSight), or goes on with the one there is.
   */
  noteAlive(request: {
    readonly connectionId: string;
    readonly now: EpochMs;
    readonly findDownTime: (lastAliveAt: EpochMs) => EpochMs | null;
  }): Promise<void>;
  /**
   * Notes what a poll of everything that was due came to: `why` there was no report at all, or null. When that has lasted,
   * every channel that watches through the connection is owed word of it, once. The episode is kept, so that a restart
   * tells nothing twice and forgets nothing.
   *
   * @param request.nextTryAt when DRS is asked next, if the schedule pauses until then
   */
  noteSight(request: {
    readonly connectionId: string;
    readonly sight: PollSight;
    readonly nextTryAt: EpochMs | null;
    readonly rules: BlindRules;
  }): Promise<SightTold>;
  /**
   * Tells the end of an episode, once, to every channel that watched through the connection then, with what changed
   * meanwhile, behind whatever is owed to the channel already; and closes it. Not before every due job was asked about
   * since; after `rules.maxPassMs` it is told whatever is known.
   */
  tellSight(request: {
    readonly connectionId: string;
    readonly now: EpochMs;
    readonly rules: BlindRules;
  }): Promise<SightTold>;
}
