import { DRS_FAULTS } from './drs-faults.ts';
import { SLACK_FAULTS } from './slack-faults.ts';
import type { DrsRow, SlackRow } from './stage.ts';

/** Pairs of which one side makes the other one worse. */
const CHOSEN: readonly (readonly [drs: string, slack: string])[] = [
  ['hang', 'hang'],
  ['503 for ever', 'accepted, then lost'],
  ['503 for ever', '429 of the workspace'],
  ['429 of a day', 'socket refused'],
  ['429 with a window', '500'],
  ['401 for ever', 'history rationed'],
  ['skewed clock', 'socket silent'],
  ['50 MB', 'hang'],
  ['detail failing', 'update_failed on edits for ever'],
  ['unknown status', 'invalid_blocks once'],
  ['whole request refused', 'message deleted'],
  ['one bad id: 500', 'doubled frames'],
];

/** So many rows further for each column; no divisor of how many rows there are, so that all have their turn. */
const STEP = 5;

/** Every fault of Slack with one of DRS's, those that last 20 s aside, and some pairs beside. */
export function chosenPairs(): readonly (readonly [DrsRow, SlackRow])[] {
  const walked = SLACK_FAULTS.filter(({ name }) => !name.endsWith('20 s')).flatMap((slack, index) => {
    const drs = DRS_FAULTS[(index * STEP) % DRS_FAULTS.length];
    return drs === undefined ? [] : [[drs, slack] as const];
  });
  return [...walked, ...CHOSEN.map(([drs, slack]) => [called(DRS_FAULTS, drs), called(SLACK_FAULTS, slack)] as const)];
}

function called<T extends { readonly name: string }>(rows: readonly T[], name: string): T {
  const row = rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no fault is called ${name}`);
  return row;
}
