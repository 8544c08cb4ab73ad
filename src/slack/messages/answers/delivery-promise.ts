import type { HistoryAccess } from '../../../domain/post/history-access.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Whether a message can come twice here, and why. */
export function deliveryPromise(texts: Texts, historyAccess: HistoryAccess): string {
  switch (historyAccess.kind) {
    case 'verified':
      return texts.get('list.exactly_once');
    case 'unknown':
      return texts.get('list.untried');
    case 'denied':
      return historyAccess.reason === 'missing_scope'
        ? texts.get('list.history_scope_missing', { scopes: code('channels:history groups:history im:history') })
        : texts.get('list.history_refused', { reason: code(historyAccess.reason) });
  }
}
