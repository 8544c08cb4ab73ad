import type { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';

import { homeTab, howToWatchModal } from '../messages/views/how-to-views.ts';
import { MANAGE_CALLBACK } from '../messages/views/manage-view.ts';
import type { Texts } from '../messages/kit/texts.ts';
import type { SlackContext } from '../requests/request.ts';
import type { Track } from './bolt-app.ts';

/** Every dialog but the one that is answered. */
const NOT_OURS = new RegExp(`^(?!${MANAGE_CALLBACK}$)`);

/** What shortcuts, views and the Home tab take. */
export interface ShortcutOptions {
  readonly slack: SlackContext;
  readonly client: WebClient;
  readonly track: Track;
}

/**
 * Registers the shortcuts and the Home tab, which say what to type, and acknowledges what this version has no view for.
 * They show nothing of any job, so whoever asks may read them; what is typed then is admitted or not.
 */
export function registerShortcuts(app: App, { slack, client, track }: ShortcutOptions): void {
  const show = (userId: string, how: (texts: Texts) => Promise<unknown>) =>
    track(async () => {
      const texts = slack.textsIn(await slack.readerLanguage(userId));
      await how(texts).catch((error: unknown) => {
        slack.useCases.log.warn({ err: error, user: userId }, 'Slack did not show somebody what can be typed');
      });
    });

  app.shortcut(/.*/, async ({ ack, shortcut }) => {
    await ack();
    await show(shortcut.user.id, (texts) =>
      client.views.open({ trigger_id: shortcut.trigger_id, view: howToWatchModal(texts) }),
    );
  });

  app.event('app_home_opened', async ({ event }) => {
    if (event.tab !== 'home') return;
    await show(event.user, (texts) => client.views.publish({ user_id: event.user, view: homeTab(texts) }));
  });

  // Views and menus of another version of the bot: a person who has one open is not left waiting.
  app.view(NOT_OURS, ({ ack }) => ack());
  app.view({ type: 'view_closed', callback_id: /.*/ }, ({ ack }) => ack());
  app.options(/.*/, ({ ack }) => ack({ options: [] }));
}
