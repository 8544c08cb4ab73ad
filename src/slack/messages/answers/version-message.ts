import type { VersionReport } from '../../../use-cases/showing/show-version.ts';
import { message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { ago, code, dateAndTime } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** The program, Node and schema that run, as a report of a fault needs it. */
export function versionMessage(texts: Texts, { program, node, schema, startedAt }: VersionReport): SlackMessage {
  const lines = [
    texts.get('version.made_of', { node: code(node), schema: code(schema) }),
    texts.get('version.since', { at: dateAndTime(startedAt), ago: ago(startedAt) }),
  ];
  return message([{ kind: 'news', headline: texts.get('version.headline', { version: program }), lines }]);
}
