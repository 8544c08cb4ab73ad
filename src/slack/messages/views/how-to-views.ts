import type { HomeView, ModalView } from '@slack/types';

import { overview } from '../answers/help-message.ts';
import { linesPart, message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** What the shortcuts open: what to type to be told about a job, and where. */
export function howToWatchModal(texts: Texts): ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: texts.get('how_to.title') },
    close: { type: 'plain_text', text: texts.get('how_to.close') },
    blocks: howToWatch(texts).blocks,
  };
}

/** The Home tab: the same. */
export function homeTab(texts: Texts): HomeView {
  return { type: 'home', blocks: howToWatch(texts).blocks };
}

/** What to type to be told about a job, and everything else that can be typed. */
export function howToWatch(texts: Texts): SlackMessage {
  const [subscribe, jobs] = [texts.command('subscribe <job>'), texts.command('jobs')];
  return message([linesPart([texts.get('how_to.watch', { subscribe, jobs })]), ...overview(texts)]);
}
