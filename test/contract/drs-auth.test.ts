import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { SIMULATED_KEYS, startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { throttle } from '../../demo/drs-simulator/faults.ts';
import { HOUR, MINUTE } from '../../src/domain/base/time.ts';
import { createDrsClient } from '../../src/drs/drs-client.ts';
import { createNetwork } from '../../src/network/network.ts';
import { createIamToken } from '../../src/drs/iam-token.ts';
import { createKeyAuth } from '../../src/drs/key-auth.ts';
import { findOfRegion, listProjects } from '../../src/drs/project-id.ts';
import { plainTextsIn } from '../../src/words/plain-texts.ts';
import { fastClock } from '../support/fast-clock.ts';
import { SILENT } from '../support/silent-log.ts';

let drs: DrsSimulator;
const clock = fastClock(Date.parse('2026-11-24T02:00:00Z'));
let skewMs = 0;
const { dispatcher } = createNetwork();

beforeEach(async () => {
  skewMs = 0;
  drs = await startDrsSimulator({ clock: () => clock.now() + skewMs });
});
afterEach(async () => {
  await drs.stop();
});

/** A secret that a test may change where it comes from. */
function secret(initial: string) {
  let [source, value] = [initial, initial];
  return {
    rotate: (next: string) => void (source = next),
    reveal: () => value,
    reread() {
      const changed = source !== value;
      value = source;
      return changed;
    },
  };
}

function withKeys(
  key: { readonly accessKey: string; readonly secretKey: string; readonly securityToken: string | null },
  maxRps = 100,
) {
  const secretKey = secret(key.secretKey);
  const keys = {
    accessKey: secret(key.accessKey),
    secretKey,
    securityToken: key.securityToken === null ? null : secret(key.securityToken),
  };
  const auth = createKeyAuth({ keys, projectId: () => drs.projectId, clock, log: SILENT });
  const shared = { dispatcher, clock, random: () => 0, log: SILENT, auth };
  const settings = { endpoint: drs.endpoint, projectId: drs.projectId, language: 'en-us', batchSize: 10, maxRps };
  return { ...createDrsClient({ ...shared, ...settings }), secretKey, shared };
}

async function ask(client: ReturnType<typeof withKeys>): Promise<string> {
  const answers = await client.fetchProgress([drs.addJob('PAUSING').id]);
  const [answer] = answers.values();
  return answer?.kind === 'unanswered' ? plainTextsIn('en').explain(answer.failure.why) : (answer?.kind ?? 'nothing');
}

describe('access keys', () => {
  test.each([
    ['a permanent key', SIMULATED_KEYS.permanent],
    ['a temporary key', SIMULATED_KEYS.temporary],
  ])('%s signs exactly what is sent, also names beyond ASCII and queries', async (_what, key) => {
    const client = withKeys(key);
    expect(await ask(client)).toBe('report');
    expect((await client.listJobs()).failure).toBeNull();
    expect((await listProjects({ ...client.shared, endpoint: drs.endpoint })).ok).toBe(true);
    expect(drs.loginCount()).toBe(0);
    expect(drs.requests.every((seen) => seen.headers['x-project-id'] === drs.projectId)).toBe(true);
  });

  test('every attempt is signed anew', async () => {
    const client = withKeys(SIMULATED_KEYS.permanent);
    drs.faults.next('progress', { kind: 'status', status: 503 }, 2);
    expect(await ask(client)).toBe('report');
    const dates = drs.requests.map((seen) => seen.headers['authorization']);
    expect(dates).toHaveLength(3);
    expect(drs.requests.every((seen) => seen.headers['x-sdk-date'] !== undefined)).toBe(true);
  });

  test.each([
    ['an unknown key', { ...SIMULATED_KEYS.permanent, accessKey: 'NOBODY' }, 'DRS does not know the access key'],
    [
      'a wrong secret',
      { ...SIMULATED_KEYS.permanent, secretKey: 'wrong' },
      'The secret key does not fit the access key: check HUAWEICLOUD_SDK_SK',
    ],
    [
      'an expired security token',
      { ...SIMULATED_KEYS.temporary, securityToken: 'old' },
      'The temporary access key has expired',
    ],
    [
      'a temporary key without its security token',
      { ...SIMULATED_KEYS.temporary, securityToken: null },
      'It begins with HST, so it is a temporary one: set HUAWEICLOUD_SDK_SECURITY_TOKEN',
    ],
    [
      'a temporary key that is over',
      { ...SIMULATED_KEYS.temporary, accessKey: 'HSTOVERANDGONE000001' },
      'The temporary access key has expired',
    ],
  ])('%s ends in a sentence that says what to do', async (_what, key, sentence) => {
    expect(await ask(withKeys(key))).toContain(sentence);
  });

  test('a refused key is not knocked at: one probe in ten minutes, and the first that gets in opens the way', async () => {
    const client = withKeys({ ...SIMULATED_KEYS.permanent, secretKey: 'wrong' });
    for (let minute = 0; minute < 31; minute++) {
      await ask(client);
      await ask(client);
      clock.advance(MINUTE);
    }
    expect(drs.count('progress')).toBe(4);
    drs.keys.set({ ...SIMULATED_KEYS.permanent, secretKey: 'wrong' });
    clock.advance(10 * MINUTE);
    expect(await ask(client)).toBe('report');
    expect(await ask(client)).toBe('report');
  });

  test.each([5, 50, 100])('a wrong secret is tried once, not once for each batch of %i jobs', async (jobs) => {
    const client = withKeys({ ...SIMULATED_KEYS.permanent, secretKey: 'wrong' });
    const ids = Array.from({ length: jobs }, () => drs.addJob('PAUSING').id);
    const [answers, listing] = await Promise.all([client.fetchProgress(ids), client.listJobs()]);
    const keys = [...answers.values()].map((one) => (one.kind === 'unanswered' ? one.failure.why.key : one.kind));
    expect(new Set(keys)).toEqual(new Set(['keys_wrong']));
    expect(listing.failure?.why.key).toBe('keys_wrong');
    expect(drs.requests).toHaveLength(1);
  });

  test('a request that waits is dated when it is sent', async () => {
    const client = withKeys(SIMULATED_KEYS.permanent, 1);
    await client.fetchProgress(Array.from({ length: 50 }, () => drs.addJob('PAUSING').id));
    const dates = drs.requests.map((seen) => seen.headers['x-sdk-date']);
    expect(dates).toHaveLength(5);
    // Two at a time, a second apart.
    expect(new Set(dates).size).toBeGreaterThanOrEqual(3);
  });

  test('a secret that stops working costs as many requests as were under way, and no more', async () => {
    const client = withKeys(SIMULATED_KEYS.permanent);
    const ids = Array.from({ length: 100 }, () => drs.addJob('PAUSING').id);
    await client.fetchProgress(ids);
    drs.keys.set({ ...SIMULATED_KEYS.permanent, secretKey: 'rotated' });
    drs.clearRequests();
    await client.fetchProgress(ids);
    expect(drs.requests.length).toBeLessThanOrEqual(2);
  });

  test('an answer that does not prove anything opens no way: a throttle, a fault', async () => {
    const client = withKeys({ ...SIMULATED_KEYS.permanent, secretKey: 'wrong' });
    await ask(client);
    clock.advance(10 * MINUTE);
    drs.faults.next('progress', { kind: 'status', status: 503 }, 3);
    drs.clearRequests();
    await ask(client);
    await ask(client);
    expect(drs.requests).toHaveLength(1);
  });

  test('a key that changes in its file is used at once', async () => {
    const client = withKeys(SIMULATED_KEYS.permanent);
    expect(await ask(client)).toBe('report');
    drs.keys.set({ ...SIMULATED_KEYS.permanent, secretKey: 'rotated' });
    client.secretKey.rotate('rotated');
    expect(await ask(client)).toBe('report');
    drs.keys.set({ ...SIMULATED_KEYS.permanent, secretKey: 'rotated again' });
    expect(await ask(client)).toContain('The secret key does not fit');
    client.secretKey.rotate('rotated again');
    expect(await ask(client)).toBe('report');
  });

  test('a key that somebody else has locked is said to be locked', async () => {
    const wrong = () => withKeys({ ...SIMULATED_KEYS.permanent, secretKey: 'wrong' });
    for (let attempt = 0; attempt < 6; attempt++) await ask(wrong());
    expect(await ask(withKeys(SIMULATED_KEYS.permanent))).toContain(
      'The access key is locked after too many failed signatures',
    );
  });

  test.each([
    [3 * HOUR, '180 min behind'],
    [-20 * MINUTE, '20 min ahead of'],
  ])('a clock that is off by %d ms is measured and told', async (skew, words) => {
    skewMs = skew;
    expect(await ask(withKeys(SIMULATED_KEYS.permanent))).toContain(
      `The clock of the bot's machine is ${words} the cloud's, so its signatures are refused: set the clock (NTP).`,
    );
  });
});

describe('once a clock that was ahead is set back,', () => {
  test('an access key is used at once', async () => {
    skewMs = -3 * HOUR;
    const client = withKeys(SIMULATED_KEYS.permanent);
    expect(await ask(client)).toContain('180 min ahead');
    clock.advance(-3 * HOUR + MINUTE);
    skewMs = 0;
    expect(await ask(client)).toBe('report');
  });

  test('a password is tried at once', async () => {
    const { domain, user, password } = drs.credentials;
    const auth = createIamToken({
      iamEndpoint: drs.endpoint,
      scope: { id: drs.projectId },
      domain,
      user,
      password: secret(password),
      dispatcher,
      clock,
      random: () => 0,
      log: SILENT,
    });
    const signIn = () =>
      auth.authorize({ method: 'GET', url: drs.endpoint, headers: {}, body: '' }, AbortSignal.timeout(5_000));
    drs.faults.next('login', { kind: 'status', status: 401 });
    expect((await signIn()).ok).toBe(false);
    clock.advance(-HOUR);
    expect((await signIn()).ok).toBe(true);
  });

  test('an API that was not offered is asked for again, and a gate that was closed is open', async () => {
    const client = withKeys(SIMULATED_KEYS.permanent);
    const job = drs.addJob('PAUSING');
    drs.setHabits({ companions: false });
    expect((await client.fetchDetails([job.id], 'en')).failure?.reason).toBe('not_found');
    drs.setHabits({ companions: true });
    drs.faults.next('progress', throttle(60));
    await ask(client);
    expect(await ask(client)).toContain('DRS asked for no requests for another 60 s');
    clock.advance(-HOUR);
    expect((await client.fetchDetails([job.id], 'en')).failure).toBeNull();
    const before = clock.slept.length;
    expect(await ask(client)).toBe('report');
    expect(clock.slept.slice(before).filter((ms) => ms > MINUTE)).toEqual([]);
  });
});

describe('the project id', () => {
  const look = async (region: string) => {
    const asked = await listProjects({ ...withKeys(SIMULATED_KEYS.permanent).shared, endpoint: drs.endpoint });
    return asked.ok ? findOfRegion(asked.value, region, SILENT) : asked;
  };

  test('of a region that the credentials do not have ends in a sentence', async () => {
    const asked = await look('eu-west-101');
    expect(asked.ok ? '' : plainTextsIn('en').explain(asked.failure.why)).toBe(
      'IAM knows no project eu-west-101 for these credentials: it shows ap-southeast-1 (054ba152d480d55b2f5dc0069e7ddef0), ap-southeast-1_sub (a1b2c3d4e5f60718293a4b5c6d7e8f90). Check DRS_REGION, or set DRS_PROJECT_ID to the id of the one with your jobs (console: My Credentials).',
    );
  });

  test('needs no permission: the list of all projects, which needs one, is not asked for', async () => {
    const client = withKeys(SIMULATED_KEYS.permanent);
    expect(await look('ap-southeast-1')).toEqual({ ok: true, value: drs.projectId });
    expect(await ask(client)).toBe('report');
    expect(drs.requests.map((seen) => seen.path)).toContain('/v3/auth/projects');
    expect(drs.count('all_projects')).toBe(0);
  });

  test.each([
    [
      { error: { code: 403, message: 'Policy does not allow it.', title: 'Forbidden' } },
      'iam_denied',
      'DRS_PROJECT_ID',
    ],
    [{ error_code: 'IAM.0080', error_msg: 'Policy does not allow it.' }, 'user_disabled', 'IAM user is disabled'],
  ])('that IAM does not tell is a refusal of IAM, in its own words: %j', async (body, key, word) => {
    drs.faults.next('projects', { kind: 'status', status: 403, body: JSON.stringify(body) });
    const asked = await look('ap-southeast-1');
    if (asked.ok) throw new Error('it was told');
    expect(asked.failure.why.key).toBe(key);
    const sentence = plainTextsIn('en').explain(asked.failure.why);
    expect(sentence).toContain(word);
    expect(sentence).toContain('Policy does not allow it');
    expect(sentence).not.toContain('DRS denies');
  });

  test('that is there twice is not guessed', async () => {
    const twice = [
      { id: 'a', name: 'ap-southeast-1' },
      { id: 'b', name: 'ap-southeast-1' },
    ];
    drs.faults.next('projects', { kind: 'body', body: JSON.stringify({ projects: twice }) });
    expect(await look('ap-southeast-1')).toMatchObject({ ok: false, failure: { why: { key: 'project_ambiguous' } } });
  });

  test('comes with the token when the password is for a region', async () => {
    const { domain, user, password } = drs.credentials;
    const auth = createIamToken({
      iamEndpoint: drs.endpoint,
      scope: { name: 'ap-southeast-1' },
      domain,
      user,
      password: secret(password),
      dispatcher,
      clock,
      random: () => 0,
      log: SILENT,
    });
    expect(await auth.findProjectId()).toBe(drs.projectId);
    expect(drs.count('projects')).toBe(0);
  });
});
