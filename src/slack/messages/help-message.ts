import type { UsageError } from '../commands/parse-command.ts';
import type { SlackMessage } from './message.ts';
import { lines, message } from './message.ts';
import { code } from './mrkdwn.ts';

/** Everything that can be typed. */
export function helpMessage(command: string): SlackMessage {
  const line = (words: string, meaning: string) => `${code(`${command} ${words}`)} – ${meaning}`;
  return message([
    { kind: 'news', headline: 'I watch DRS jobs and tell this channel when something changes' },
    {
      kind: 'lines',
      lines: [
        line('status <job>…', 'how far, how far behind, since when; add `public` to show it to everybody'),
        line('subscribe <job>…', 'tell this channel about a job from now on'),
        line('unsubscribe <job>…', 'stop; `unsubscribe all` stops everything, after asking'),
        line('list', 'what this channel watches'),
        line('help', 'this text'),
      ],
    },
    {
      kind: 'footer',
      line: `A job is its DRS id, or the first 6 or more characters of a watched job's id. ${code(`${command} <job>`)} alone is its status. Separate several with spaces or commas.`,
    },
  ]);
}

/** A short correction with an example. */
export function usageMessage(error: UsageError, command: string): SlackMessage {
  return lines(`${correction(error, command)} ${code(`${command} help`)} shows everything.`);
}

function correction(error: UsageError, command: string): string {
  switch (error.kind) {
    case 'unclosed_quote':
      return `A quote is not closed: ${code(error.text)}. Close it, or leave the quotes out.`;
    case 'jobs_missing':
      return `Which job? For example ${code(`${command} ${error.verb} 6211d20d-0006-41da-836e-db3301ajb20b`)}.`;
    case 'too_many_jobs':
      return `That is ${error.count} jobs; ${code(`${command} ${error.verb}`)} takes up to ${error.most} at a time. Nothing was done: split them into several commands.`;
    case 'unknown_option':
      return `${code(error.option)} is not an option of ${code(`${command} ${error.verb}`)}. Nothing was done. If it is a job, put it in quotes.`;
    case 'all_with_jobs':
      return `Either name jobs or say ${code('all')}, not both. Nothing was done.`;
    case 'unexpected_words':
      return `${code(`${command} ${error.verb}`)} takes no further words; I do not know what to do with ${code(error.words.join(' '))}.`;
    case 'misspelt_verb':
      return `I do not know ${code(error.word)}. Did you mean ${code(`${command} ${error.meant}`)}? If it is a job, put it in quotes. Nothing was done.`;
  }
}

/** Something broke on our side. */
export function faultMessage(reference: string): SlackMessage {
  return lines(
    `Something went wrong here, sorry. Try again; if it stays, give the operator of this bot the reference ${code(reference)}.`,
  );
}

/** A button of a message that this version no longer understands. */
export function staleButtonMessage(command: string): SlackMessage {
  return lines(`This message is too old for its buttons. Ask anew with ${code(`${command} status <job>`)}.`);
}
