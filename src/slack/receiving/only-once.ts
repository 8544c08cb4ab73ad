import { z } from 'zod';

import { cutText } from '../../domain/base/text.ts';
import type { SlackContext } from '../requests/request.ts';

/** What names one command, click, submission or event, however often it is delivered (docs.slack.dev, payloads). */
const names = z.object({
  event_id: z.string().min(1).optional().catch(undefined),
  trigger_id: z.string().min(1).optional().catch(undefined),
});
/** The longest name that is told apart, in UTF-16 code units. */
const MAX_KEY = 200;

/**
 * Carries out `work` unless that was done, or begun, for the same request before: Slack delivers again what it believes
 * was not acknowledged. Where it cannot be written down, twice is better than not at all.
 *
 * @param body the payload of the request, acknowledged already
 */
export async function onlyOnce(slack: SlackContext, body: unknown, work: () => Promise<void>): Promise<void> {
  const { store, clock, log } = slack.useCases;
  const key = requestKey(body);
  if (key === null) return await work();
  const isFirst = await store
    .claimRequest({ workspaceId: slack.workspaceId, key, now: clock.now() })
    .catch((error: unknown) => {
      log.warn(
        { err: error },
        'it could not be written down that a request is answered; if it comes again, so does the answer',
      );
      return true;
    });
  if (isFirst) return await work();
  log.info({ key }, 'a request came again and was left');
}

/** Null for a request without a name. */
function requestKey(body: unknown): string | null {
  const { event_id: event, trigger_id: trigger } = names.safeParse(body).data ?? {};
  if (event !== undefined) return cutText(`event ${event}`, MAX_KEY);
  return trigger === undefined ? null : cutText(`trigger ${trigger}`, MAX_KEY);
}
