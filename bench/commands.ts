import type { JobId } from '../src/domain/job/job-id.ts';
import { interleaved, median, summarise } from './measure.ts';
import type { Measured } from './measure.ts';
import { BARE, OURS, startBare, startOurs } from './processes.ts';
import type { StandIns } from './processes.ts';
import { copyOf, JOB_IDS } from './seed.ts';

const STATUS_ROUNDS = 9;
const STATUS_PER_ROUND = 40;
/** Keeps the commands below the rate at which the bot asks DRS. */
const STATUS_PAUSE_MS = 20;
/** The quickest a DRS across a network can be. */
const NETWORK_MS = 20;
const HELP_ROUNDS = 9;
const HELP_PER_ROUND = 600;
/** People who wait for their answer at the same time. */
const HELP_AT_ONCE = 20;

/** `/drs status` and `/drs help`, from Slack's sending of the command to its receipt of the answer. */
export async function measureCommands(standIns: StandIns, seed: string): Promise<readonly Measured[]> {
  const ours = await startOurs(standIns, await copyOf(seed, 'commands'));
  const bare = await startBare(standIns);
  const left = [...JOB_IDS];
  try {
    return [
      await measureStatus(standIns, left, NETWORK_MS, `DRS takes ${NETWORK_MS} ms`),
      await measureStatus(standIns, left, 0, 'DRS takes no time'),
      await measureHelp(standIns),
    ];
  } finally {
    await ours.stop();
    await bare.stop();
  }
}

/** @param left jobs not asked about yet: each command is about another one, so that each asks DRS */
async function measureStatus(
  { type, delayDrs, drsRequests }: StandIns,
  left: JobId[],
  delayMs: number,
  drs: string,
): Promise<Measured> {
  const texts = () => left.splice(0, STATUS_PER_ROUND).map((jobId) => `status ${jobId}`);
  const time = async (app: string) => {
    const before = await drsRequests();
    const ms = median(await type({ app, texts: texts(), atOnce: 1, pauseMs: STATUS_PAUSE_MS }));
    const asked = (await drsRequests()) - before;
    if (asked !== STATUS_PER_ROUND) throw new Error(`${STATUS_PER_ROUND} commands asked DRS ${asked} times`);
    return ms;
  };
  await delayDrs(delayMs);
  await interleaved(
    4,
    () => time(OURS),
    () => time(BARE),
  );
  const rounds = await interleaved(
    STATUS_ROUNDS,
    () => time(OURS),
    () => time(BARE),
  );
  return summarise(rounds, {
    measure: `\`/drs status\`, ${drs}`,
    unit: 'ms',
    by: 'ratio',
    limit: { kind: 'at most', value: 1.25 },
    how: `one at a time, ${STATUS_PER_ROUND} a round, each about another watched job`,
  });
}

async function measureHelp({ type }: StandIns): Promise<Measured> {
  const texts = Array.from({ length: HELP_PER_ROUND }, () => 'help');
  const perSecond = async (app: string) => {
    const startedAt = performance.now();
    await type({ app, texts, atOnce: HELP_AT_ONCE, pauseMs: 0 });
    return HELP_PER_ROUND / ((performance.now() - startedAt) / 1_000);
  };
  await interleaved(
    2,
    () => perSecond(OURS),
    () => perSecond(BARE),
  );
  const rounds = await interleaved(
    HELP_ROUNDS,
    () => perSecond(OURS),
    () => perSecond(BARE),
  );
  return summarise(rounds, {
    measure: '`/drs help`',
    unit: '/ s',
    by: 'ratio',
    limit: { kind: 'at least', value: 0.8 },
    how: `${HELP_AT_ONCE} at a time, ${HELP_PER_ROUND} a round, against Bolt echoing the word`,
  });
}
