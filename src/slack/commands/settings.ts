import { chooseLanguage } from '../../use-cases/subscribing/change-settings.ts';
import { languageMessage } from '../messages/answers/language-message.ts';
import { settingsMessage } from '../messages/answers/settings-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs settings` */
export const answerSettings: CommandHandler<'settings'> = async ({ personTexts, channelTexts, reply }) =>
  reply.privately(settingsMessage(personTexts, channelTexts.language));

/** `/drs settings lang:zh` */
export const answerChooseLanguage: CommandHandler<'choose_language'> = async (request, { language }) => {
  const changed = await chooseLanguage(request.slack.useCases, request.actor, language);
  await request.reply.privately(languageMessage(request.personTexts, language, changed));
};
