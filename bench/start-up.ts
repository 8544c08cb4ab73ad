import { interleaved, summarise } from './measure.ts';
import type { Measured } from './measure.ts';
import { startBare, startOurs } from './processes.ts';
import type { Running, StandIns } from './processes.ts';
import { copyOf } from './seed.ts';

const ROUNDS = 11;

/** From the start of the process until Slack can send it commands. */
export async function measureStartUp(standIns: StandIns, seed: string): Promise<Measured> {
  const database = await copyOf(seed, 'start-up');
  const timed = async (start: () => Promise<Running>) => {
    const startedAt = performance.now();
    const running = await start();
    const ms = performance.now() - startedAt;
    await running.stop();
    return ms;
  };
  const ours = () => timed(() => startOurs(standIns, database));
  const bare = () => timed(() => startBare(standIns));
  await interleaved(1, ours, bare);
  return summarise(await interleaved(ROUNDS, ours, bare), {
    measure: 'start-up',
    unit: 'ms',
    by: 'ratio',
    limit: { kind: 'at most', value: 1.5 },
    how: 'node to open socket, the database as the last run left it',
  });
}
