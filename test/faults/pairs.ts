import { DRS_FAULTS } from './drs-faults.ts';
import { SLACK_FAULTS } from './slack-faults.ts';
import type { DrsRow, SlackRow } from './stage.ts';

type Names = readonly (readonly [drs: string, slack: string])[];

/** Neither side can be reached, so that nothing is known and nothing can be said; one comes back before the other. */
const BOTH_AWAY: Names = [
  ['hang', 'hang'],
  ['429 with a window', '500'],
  ['503 for ever', '429 of the workspace'],
  ['401 for ever', 'invalid_auth for ever'],
];

/** Channels are to be told that DRS gives no data, and that it does again, where Slack takes nothing or loses the answer. */
const BLIND_AND_UNHEARD: Names = [
  ['503 for ever', 'accepted, then lost'],
  ['503 for ever', 'not_in_channel for ever'],
  ['skewed clock', 'lost, then history refused'],
];

/** It is in doubt whether a message is there, while answers about its jobs lack some or are of no use. */
const DOUBT_ABOUT_BOTH: Names = [
  ['missing items', 'accepted, then lost'],
  ['expired token', 'history rationed'],
  ['null items', 'reset'],
];

/** A message is to be changed, and there is nothing to change it with, or it cannot be changed. */
const NO_EDIT: Names = [
  ['detail failing', 'update_failed on edits for ever'],
  ['detail failing', 'message deleted'],
];

/** What DRS says is odd, and Slack refuses what is made of it. */
const ODD_AND_REFUSED: Names = [['unknown status', 'invalid_blocks for ever']];

/** Somebody asks while DRS says nothing usable, over a socket that is not as it should be. */
const ASKED_IN_VAIN: Names = [
  ['429 of a day', 'socket refused'],
  ['503', 'socket silent'],
];

/** Pairs of which one side makes the other one worse; `npm run faults` plays all there are. */
const CHOSEN: Names = [
  ...BOTH_AWAY,
  ...BLIND_AND_UNHEARD,
  ...DOUBT_ABOUT_BOTH,
  ...NO_EDIT,
  ...ODD_AND_REFUSED,
  ...ASKED_IN_VAIN,
];

/** So many rows further for each name; no divisor of how many rows there are, so that all have their turn. */
const STEP = 5;

/** Every further name of a refusal of Slack, once, with one of DRS's faults, and some pairs beside. */
export function chosenPairs(): readonly (readonly [DrsRow, SlackRow])[] {
  const walked = SLACK_FAULTS.filter(isFurtherName).flatMap((slack, index) => {
    const drs = DRS_FAULTS[(index * STEP) % DRS_FAULTS.length];
    return drs === undefined ? [] : [[drs, slack] as const];
  });
  return [...walked, ...CHOSEN.map(([drs, slack]) => [called(DRS_FAULTS, drs), called(SLACK_FAULTS, slack)] as const)];
}

function isFurtherName({ name, isLikeAnother }: SlackRow): boolean {
  return isLikeAnother === true && name.endsWith(' once');
}

function called<T extends { readonly name: string }>(rows: readonly T[], name: string): T {
  const row = rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no fault is called ${name}`);
  return row;
}
