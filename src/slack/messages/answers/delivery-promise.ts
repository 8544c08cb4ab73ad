import type { ReadBack } from '../../../domain/post/read-back.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Whether a message can come twice here, and why. */
export function deliveryPromise(texts: Texts, readBack: ReadBack): string {
  switch (readBack.kind) {
    case 'proven':
      return texts.get('list.exactly_once');
    case 'untried':
      return texts.get('list.untried');
    case 'refused':
      return readBack.reason === 'missing_scope'
        ? texts.get('list.history_scope_missing', { scopes: code('channels:history groups:history im:history') })
        : texts.get('list.history_refused', { reason: code(readBack.reason) });
  }
}
