import { describe, expect, test } from 'vitest';

import { SECOND } from '../../src/domain/base/time.ts';
import { explanation } from '../../src/domain/job/explanation.ts';
import { failureOf } from '../../src/domain/job/progress-answer.ts';
import { readReadiness } from '../../src/use-cases/showing/show-readiness.ts';
import type { JobReadiness } from '../../src/use-cases/showing/show-readiness.ts';
import { CONNECTION, jobNumber, openDesk, WORKSPACE } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';
import { reported } from '../support/reports.ts';

const JOB = jobNumber(1);
const HERE = { workspaceId: WORKSPACE, channelId: 'C0' };

const ask = async (desk: Desk, jobId = JOB) => (await readReadiness(desk.context, HERE, [jobId], 'en'))[0];
const lags = (desk: Desk, lagMs: number | null) =>
  desk.answers.set(JOB, reported('INCRE_TRANSFER_STARTED', { jobId: JOB, lagMs }));
const said = (one: JobReadiness | undefined) => {
  const readiness = one?.outlook?.readiness ?? null;
  return readiness?.kind === 'judged' ? readiness.against.map(({ kind }) => kind) : readiness;
};

describe('whether people may switch over', () => {
  test('is not known of a job that nobody watches, however often it is asked', async () => {
    await using desk = await openDesk({ askAgainMs: 0 });
    for (let time = 0; time < 4; time++)
      expect(said(await ask(desk))).toMatchObject({ kind: 'not_known', readings: 0 });
  });

  test('grows known with each reading of a watched job, the one that is made for it included, and is so after 15 min in sync', async () => {
    await using desk = await openDesk({ askAgainMs: 0 });
    await desk.watch('C0', JOB);
    await desk.tick();
    expect(said(await ask(desk))).toMatchObject({ kind: 'not_known', readings: 2, needed: 3 });
    await desk.minutes(3);
    expect(said(await ask(desk))).toEqual(['lag_not_long_small']);
    await desk.minutes(14);
    expect(said(await ask(desk))).toEqual([]);
  });

  test('counts the look that is made for it: a lag that is high now is not small', async () => {
    await using desk = await openDesk({ askAgainMs: 0 });
    await desk.watch('C0', JOB);
    await desk.minutes(20);
    lags(desk, 48 * SECOND);
    desk.clock.advance(20 * SECOND);
    expect(said(await ask(desk))).toEqual(['lag_high']);
  });

  test('is not so when DRS cannot be asked, however good it was', async () => {
    await using desk = await openDesk({ askAgainMs: 0 });
    await desk.watch('C0', JOB);
    await desk.minutes(20);
    const failure = failureOf('timeout', explanation('timeout'));
    desk.answers.set(JOB, { kind: 'unanswered', failure });
    desk.clock.advance(20 * SECOND);
    expect(said(await ask(desk))).toEqual(['not_asked']);
  });

  test('goes by the rules of the channel that asks', async () => {
    await using desk = await openDesk({ askAgainMs: 0 });
    lags(desk, 48 * SECOND);
    await desk.watch('C0', JOB);
    const actor = { ...HERE, userId: 'UANA' };
    const rules = { ready: { levelMs: 60 * SECOND, holdMs: 300 * SECOND } };
    const request = { actor, language: 'en' as const, connectionId: CONNECTION, jobIds: [JOB], rules };
    await desk.context.store.subscribe({ ...request, now: desk.clock.now() });
    await desk.minutes(8);
    expect(said(await ask(desk))).toEqual([]);
    const [elsewhere] = await readReadiness(desk.context, { ...HERE, channelId: 'C9' }, [JOB], 'en');
    expect(said(elsewhere)).toEqual(['lag_high']);
  });

  test('waits for what DRS compared only so long, and asks only where somebody could switch over', async () => {
    await using desk = await openDesk({ askAgainMs: 0 });
    await desk.watch('C0', JOB);
    let asked = 0;
    desk.context.drs.fetchComparisons = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    await desk.minutes(20);
    const answering = ask(desk);
    const answer = await answering;
    expect(answer?.comparisons).toEqual({ kind: 'late' });
    expect(said(answer)).toEqual([]);
    desk.answers.set(JOB, reported('PAUSING', { jobId: JOB }));
    await desk.minutes(1);
    expect((await ask(desk))?.comparisons).toEqual({ kind: 'not_asked' });
    expect(asked).toBe(1);
  });
});
