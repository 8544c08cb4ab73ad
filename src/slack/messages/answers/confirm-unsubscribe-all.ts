import { ACTIONS } from '../kit/button-value.ts';
import { message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';
import { nothingWatchedMessage } from './nothing-watched-message.ts';

/** Asks before ending every subscription of a channel, if it has any. */
export function confirmUnsubscribeAll(texts: Texts, count: number): SlackMessage {
  if (count === 0) return nothingWatchedMessage(texts);
  const all = texts.get('button.unsubscribe_all');
  return message([
    {
      kind: 'news',
      headline: texts.get('answer.confirm_all', { count }),
      lines: [texts.get('answer.confirm_all_note')],
    },
    {
      kind: 'buttons',
      buttons: [
        { text: all, actionId: ACTIONS.unsubscribeAll, value: '{}', style: 'danger' },
        { text: texts.get('button.keep_all'), actionId: ACTIONS.keepAll, value: '{}' },
      ],
    },
  ]);
}
