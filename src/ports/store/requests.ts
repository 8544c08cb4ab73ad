import type { EpochMs } from '../../domain/base/time.ts';

/** Requests from Slack that were answered. */
export interface RequestStore {
  /**
   * Writes down that a command, click, submission or event is being answered. False when that was written down before,
   * within two hours at least: of any number of calls with one key, by one process or several, one is told true.
   *
   * @param key names the request within its workspace; at most 200 characters
   */
  claimRequest(request: {
    readonly workspaceId: string;
    readonly key: string;
    readonly now: EpochMs;
  }): Promise<boolean>;
}
