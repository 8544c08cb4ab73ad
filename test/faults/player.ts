import { z } from 'zod';

import { playCell } from './cell.ts';
import { DRS_FAULTS } from './drs-faults.ts';
import { SLACK_FAULTS } from './slack-faults.ts';

/** Names of the two rows of a cell; null for none. */
const request = z.object({ drs: z.string().nullable(), slack: z.string().nullable() });

/** A process that plays the cells that its parent names, several at a time. */
process.on('message', (message) => {
  const { drs, slack } = request.parse(message);
  const drsRow = DRS_FAULTS.find(({ name }) => name === drs) ?? null;
  const slackRow = SLACK_FAULTS.find(({ name }) => name === slack) ?? null;
  void playCell(drsRow, slackRow).then((complaints) => process.send?.({ drs, slack, complaints }));
});
