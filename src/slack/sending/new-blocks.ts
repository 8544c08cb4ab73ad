import { RespondError } from '@slack/bolt';

import type { Log } from '../../ports/log.ts';
import { inWords, newKindsIn } from '../messages/kit/in-words.ts';
import type { NewKind } from '../messages/kit/in-words.ts';
import type { SlackMessage } from '../messages/kit/message.ts';
import { slackErrorName } from '../web-api/classify-slack-error.ts';

/** Slack takes no such blocks; nothing was shown (docs.slack.dev, "chat.postMessage", errors), */
const BLOCKS_REFUSED = 'invalid_blocks';
/** which a response URL says by its HTTP status only. */
const BAD_REQUEST = 400;

/** Which of the new kinds of block one workspace takes: each is tried until Slack refuses it, and anew after a start. */
export interface NewBlocks {
  /** The message in blocks that the workspace takes, as far as is known: the other kinds are said in words. */
  fit(message: SlackMessage): SlackMessage;
  /** Notes that Slack refused a message that was made to fit, if it may have been for a new kind of block in it. */
  noteRefusal(message: SlackMessage, error: unknown): void;
  /**
   * Sends an answer: where Slack refuses it for a new kind of block, the same in words, at once.
   *
   * @param attempt sends it once; it is called a second time only after Slack said that it showed nothing
   * @throws what `attempt` throws
   */
  send<T>(message: SlackMessage, attempt: (message: SlackMessage) => Promise<T>): Promise<T>;
}

/** Remembers what one workspace refuses for as long as the process lives. */
export function createNewBlocks(log: Log): NewBlocks {
  const refused = new Set<NewKind>();
  const fit = (message: SlackMessage) => inWords(message, refused);
  const note = (kinds: readonly NewKind[], error: unknown) => {
    for (const kind of kinds) refused.add(kind);
    log.warn({ kinds, err: error }, 'Slack takes no such blocks here: they are said in words until the next start');
  };
  return {
    fit,
    noteRefusal(message, error) {
      const tried = newKindsIn(message);
      if (tried.length > 0 && isRefusal(error)) note(tried, error);
    },
    async send(message, attempt) {
      const fitted = fit(message);
      try {
        return await attempt(fitted);
      } catch (error) {
        const tried = newKindsIn(fitted);
        if (tried.length === 0 || !isRefusal(error)) throw error;
        const sent = await attempt(inWords(fitted, new Set(tried)));
        note(tried, error);
        return sent;
      }
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof RespondError ? error.statusCode === BAD_REQUEST : slackErrorName(error) === BLOCKS_REFUSED;
}
