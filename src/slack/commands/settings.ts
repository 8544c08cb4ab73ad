import { chooseLanguage, chooseRules } from '../../use-cases/subscribing/change-settings.ts';
import { languageMessage } from '../messages/answers/language-message.ts';
import { channelRulesMessage, settingsMessage } from '../messages/answers/settings-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs settings` */
export const answerSettings: CommandHandler<'settings'> = async ({ slack, actor, personTexts, channelTexts, reply }) =>
  reply.privately(
    settingsMessage(personTexts, {
      language: channelTexts.language,
      rules: await slack.useCases.store.findChannelRules(actor),
      refusal: (await slack.useCases.store.findPause(actor))?.reason ?? null,
    }),
  );

/** `/drs settings lang:zh` */
export const answerChooseLanguage: CommandHandler<'choose_language'> = async (request, { language }) => {
  const changed = await chooseLanguage(request.slack.useCases, request.actor, language);
  await request.reply.privately(languageMessage(request.personTexts, language, changed));
};

/** `/drs settings lag:5m/10m` */
export const answerChooseRules: CommandHandler<'choose_rules'> = async (
  { slack, actor, personTexts, reply },
  { rules },
) => reply.privately(channelRulesMessage(personTexts, await chooseRules(slack.useCases, actor, rules)));
