import { findNames, mayBeName } from '../../use-cases/naming/find-names.ts';
import { sentenceMessage } from '../messages/answers/sentence-message.ts';
import { unescapeMrkdwn } from '../messages/kit/mrkdwn.ts';
import type { Command, Verb } from '../parsing/parse-command.ts';
import { parseWritten } from '../parsing/parse-written.ts';
import type { Request } from '../requests/request.ts';
import { carryOutParsed } from './handle-command.ts';

/** Jobs that one sentence is answered about. */
const MAX_JOBS = 10;

/** Answers what somebody wrote to the bot: a command, or a sentence with names or a verb in it. A sentence changes nothing. */
export async function handleWritten(request: Request, text: string): Promise<void> {
  const written = parseWritten(unescapeMrkdwn(text));
  if (written.kind === 'command') return await carryOutParsed(request, written.parsed);
  if (written.kind === 'word') {
    if (await mayBeName(request.slack.useCases, written.text)) return await carryOutParsed(request, written.parsed);
    return await request.reply.privately(sentenceMessage(request.personTexts, null, []));
  }
  const names = await findNames(request.slack.useCases, written.text);
  const command = commandOf(written.verb, names.slice(0, MAX_JOBS));
  if (command !== null) return await carryOutParsed(request, { ok: true, command });
  return await request.reply.privately(sentenceMessage(request.personTexts, written.verb, names));
}

/** What is shown for a sentence; null where it asks for a change, or nothing in it is known. */
function commandOf(verb: Verb | null, names: readonly string[]): Command | null {
  if (verb === 'subscribe' || verb === 'unsubscribe') return null;
  const [first, ...others] = names;
  if (first === undefined) return withoutJobs(verb);
  if (others.length === 0 && verb === 'why') return { kind: 'why', job: first };
  if (others.length === 0 && verb === 'chart') return { kind: 'chart', job: first, measure: null, span: null };
  return { kind: verb === 'ready' ? 'ready' : 'status', jobs: names, isPublic: false };
}

function withoutJobs(verb: Verb | null): Command | null {
  switch (verb) {
    case 'list':
    case 'health':
    case 'version':
    case 'settings':
      return { kind: verb };
    case 'jobs':
      return { kind: 'jobs', text: null };
    case 'help':
      return { kind: 'help', topic: null };
    default:
      return null;
  }
}
