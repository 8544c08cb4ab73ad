import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { chooseJob, findNearestJobs } from '../../src/domain/names/choose-job.ts';
import { isAddress, jobIdInAddress } from '../../src/domain/job/job-id.ts';
import { languageOfLocale, parseLanguage } from '../../src/domain/base/language.ts';
import type { ListedJob } from '../../src/domain/names/listed-job.ts';
import { namesInSentence } from '../../src/domain/names/names-in-sentence.ts';
import { findFitting, isPattern } from '../../src/domain/names/pattern.ts';
import { shortenNames } from '../../src/domain/names/shorten-names.ts';
import { distinctNames, tellApart } from '../../src/domain/names/tell-apart.ts';

const job = (number: number, name: string | null, status = 'INCRE_TRANSFER_STARTED'): ListedJob => ({
  jobId: simulatedJobId(number),
  name,
  status,
  jobType: 'migration',
  engines: null,
  subJobs: 0,
});
const OVER = 'RELEASE_RESOURCE_COMPLETE';
const choose = (reference: string, ...jobs: readonly (ListedJob & { readonly isOffList?: boolean })[]) => {
  const choice = chooseJob(reference, jobs);
  return choice.kind === 'none'
    ? 'none'
    : choice.kind === 'one'
      ? jobs.indexOf(choice.job)
      : choice.jobs.map((one) => jobs.indexOf(one));
};

describe('jobs that are called the same', () => {
  const id = (number: number) => simulatedJobId(number).slice(0, 8);

  test('are told apart by their engines where these differ, and by their ids', () => {
    const apart = tellApart([
      { ...job(1, 'orders'), engines: 'mysql' },
      { ...job(2, 'Orders'), engines: 'mysql-to-taurus' },
      job(3, 'billing'),
    ]);
    expect([...apart.values()]).toEqual([
      ['mysql', id(1)],
      ['mysql → taurus', id(2)],
    ]);
  });

  test('and have the same engines are told apart by their ids alone', () => {
    expect([...tellApart([job(1, 'orders'), job(2, 'orders'), job(3, null), job(4, null)]).values()]).toEqual([
      [id(1)],
      [id(2)],
    ]);
  });
});

describe('jobs that are called the same, in a table', () => {
  const id = (number: number) => simulatedJobId(number).slice(0, 8);

  test('have their engines beside the name where no other has these, else their ids; the others have neither', () => {
    const jobs = [
      { ...job(1, 'orders'), engines: 'mysql' },
      { ...job(2, 'Orders'), engines: 'mysql' },
      { ...job(3, 'orders'), engines: 'mysql-to-taurus' },
      { ...job(4, 'orders'), engines: null },
      job(5, 'billing'),
      job(6, null),
    ];
    // One job that stands in two rows is not its own namesake.
    expect([...jobs, job(5, 'billing')].map(distinctNames([...jobs, job(5, 'billing')]))).toEqual([
      `orders (${id(1)})`,
      `Orders (${id(2)})`,
      'orders (mysql → taurus)',
      `orders (${id(4)})`,
      'billing',
      id(6),
      'billing',
    ]);
  });
});

describe('long names beside each other', () => {
  const long = (middle: string) => `production-orders-${middle}-mysql-to-gaussdb-eu`;

  test('are cut in the middle to 32 characters, short ones stay', () => {
    expect(shortenNames(['orders', long('7')])).toEqual(['orders', 'production-order…l-to-gaussdb-eu']);
  });

  test('stay apart where they differ in the middle only', () => {
    const names = ['000001', '000002', '000010'].map(long);
    const short = shortenNames(names);
    expect(new Set(short).size).toBe(3);
    for (const name of short) expect(name.length).toBeLessThanOrEqual(32);
    expect(short[0]).toContain('0001');
  });

  test('never look the same, whatever they are', () => {
    const part = fc.constantFrom('a', 'b', 'A', '-', '订', '…', 'production-', '0');
    const name = fc.array(part, { minLength: 1, maxLength: 50 }).map((parts) => parts.join('').slice(0, 50));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 8 }), (names) => {
        const short = shortenNames(names);
        expect(new Set(short).size).toBe(names.length);
      }),
    );
  });
});

describe('a pattern', () => {
  const fitting = (pattern: string, ...names: readonly string[]) =>
    findFitting(
      pattern,
      names.map((name, number) => job(number, name)),
    ).map(({ name }) => name);

  test('fits by its pieces in their order, capitals and width aside', () => {
    expect(fitting('Orders-*', 'orders', 'orders-eu', 'ｏｒｄｅｒｓ-us', 'my-orders-eu')).toEqual([
      'orders-eu',
      'ｏｒｄｅｒｓ-us',
    ]);
    expect(fitting('*-eu', 'orders-eu', 'orders-eu-2')).toEqual(['orders-eu']);
    expect(fitting('or*s*u', 'orders-eu', 'oru')).toEqual(['orders-eu']);
    expect(fitting('ab*ba', 'aba', 'abba')).toEqual(['abba']);
  });

  test('shows failed jobs first, and ended ones only where no other fits', () => {
    const jobs = [job(1, 'a-1'), job(2, 'a-2', 'INCRE_TRANSFER_FAILED'), job(3, 'a-3', OVER)];
    expect(findFitting('a-*', jobs).map(({ name }) => name)).toEqual(['a-2', 'a-1']);
    expect(findFitting('a-3*', jobs).map(({ name }) => name)).toEqual(['a-3']);
  });

  test('needs a letter', () => {
    expect(['*', '-*', 'a*', 'orders'].map(isPattern)).toEqual([false, false, true, false]);
  });
});

describe('a sentence', () => {
  const names = ['orders', 'orders-archive', 'orders eu', '订单迁移', 'is', 'billing.v2'];

  test.each([
    ['how far is orders?', ['orders']],
    ['hi', []],
    ['How is ORDERS-archive doing', ['orders-archive']],
    ['orders-eu', []],
    ['is orders eu or billing.v2 behind.', ['orders eu', 'billing.v2']],
    ['reorders, disorders', []],
    ['订单迁移怎么样了', ['订单迁移']],
  ])('%j names whole names only', (sentence, named) => {
    expect(namesInSentence(sentence, names)).toEqual(named);
  });
});

describe('a name', () => {
  test('that is exact wins over every longer one', () => {
    expect(choose('orders', job(1, 'orders-eu'), job(2, 'orders'), job(3, 'my-orders'))).toBe(1);
  });

  test('in the very capitals typed wins over other capitals', () => {
    expect(choose('Orders', job(1, 'orders'), job(2, 'Orders'))).toBe(1);
    expect(choose('ORDERS', job(1, 'orders'), job(2, 'Orders'))).toEqual([0, 1]);
  });

  test('that looks like the beginning of an id is an exact name first', () => {
    const named = job(1, simulatedJobId(2).slice(0, 8));
    expect(choose(simulatedJobId(2).slice(0, 8), named, job(2, 'x'))).toBe(0);
    expect(choose(simulatedJobId(2).slice(0, 8), job(1, 'y'), job(2, 'x'))).toBe(1);
  });

  test('the beginning of an id wins over a beginning of a name, and needs four characters', () => {
    const prefix = simulatedJobId(2).slice(0, 4);
    expect(choose(prefix, job(1, `${prefix}-eu`), job(2, 'x'))).toBe(1);
    expect(choose(prefix.slice(0, 3), job(1, 'y'), job(2, 'x'))).toBe('none');
  });

  test('a beginning wins over a part, and either only when it is the only one', () => {
    expect(choose('ord', job(1, 'my-orders'), job(2, 'orders'))).toBe(1);
    expect(choose('ord', job(1, 'my-orders'), job(2, 'shop'))).toBe(0);
    expect(choose('ord', job(1, 'orders-eu'), job(2, 'orders-us'))).toEqual([0, 1]);
    expect(choose('nothing', job(1, 'orders'))).toBe('none');
  });

  test('is no part of a longer one but at the start of a word, and from three characters on', () => {
    expect(choose('hi', job(1, 'orders-archive'))).toBe('none');
    expect(choose('der', job(1, 'my-orders'))).toBe('none');
    expect(choose('ar', job(1, 'orders-archive'))).toBe('none');
    expect(choose('arc', job(1, 'orders-archive'), job(2, 'search'))).toBe(0);
    expect(choose('eu', job(1, 'orders_eu'))).toBe('none');
    expect(choose('eu_1', job(1, 'orders eu_1'))).toBe(0);
    expect(choose('orders', job(1, '生产orders'))).toBe(0);
  });

  test('in Chinese is found by two characters of it, wherever they stand, and not by one', () => {
    expect(choose('迁移', job(1, '订单迁移'), job(2, '库存'))).toBe(0);
    expect(choose('移', job(1, '订单迁移'))).toBe('none');
  });

  test('of a part of a job counts only when it is exact and no whole job is called so', () => {
    const part = { ...job(2, 'shop-1'), isSubJob: true };
    expect(choose('shop-1', job(1, 'shop'), part)).toBe(1);
    expect(choose('shop', job(1, 'shop'), { ...part, name: 'shop' })).toBe(0);
    expect(choose('sho', part)).toBe('none');
    expect(choose(part.jobId.slice(0, 8), job(1, 'shop'), part)).toBe(1);
  });

  test('of a job on the list wins over that of one that is not there any more', () => {
    expect(choose('orders', { ...job(1, 'orders'), isOffList: true }, job(2, 'orders'))).toBe(1);
    expect(choose('orders', { ...job(1, 'orders'), isOffList: true })).toBe(0);
  });

  test('that one job has twice, then and now, is one job', () => {
    const [then, now] = [job(1, 'orders'), job(1, 'Orders')];
    expect(chooseJob('ORDERS', [then, now])).toMatchObject({ kind: 'one', job: { jobId: then.jobId } });
  });

  test('says by what it was matched', () => {
    const jobs = [job(1, 'orders-eu')];
    const by = (reference: string) => chooseJob(reference, jobs);
    expect(['orders-eu', simulatedJobId(1).slice(0, 6), 'ord', 'eu1'].map(by)).toMatchObject([
      { by: 'name' },
      { by: 'id' },
      { by: 'beginning' },
      { kind: 'none' },
    ]);
    expect(chooseJob('orders', [job(1, 'my-orders')])).toMatchObject({ by: 'part' });
  });

  test('of a running job wins over those of ended ones, also when they are called the same', () => {
    expect(choose('orders', job(1, 'orders', OVER), job(2, 'orders'), job(3, 'orders', OVER))).toBe(1);
    expect(choose('orders', job(1, 'orders', OVER), job(2, 'orders', OVER))).toEqual([0, 1]);
    expect(choose('ord', job(1, 'orders-old', OVER), job(2, 'orders-eu'), job(3, 'orders-us'))).toEqual([1, 2, 0]);
  });

  test('of an ended job still wins when it is exact and the running one is not', () => {
    expect(choose('orders', job(1, 'orders', OVER), job(2, 'orders-eu'))).toBe(0);
  });

  test('in the very width typed wins over the other width', () => {
    expect(choose('ｏｒｄｅｒｓ', job(1, 'orders'), job(2, 'ｏｒｄｅｒｓ'))).toBe(1);
    expect(choose('orders', job(1, 'orders'), job(2, 'ｏｒｄｅｒｓ'))).toBe(0);
  });

  test('in Chinese, in full width and with blanks is the same name', () => {
    expect(choose('订单', job(1, '订单迁移'), job(2, '库存迁移'))).toBe(0);
    expect(choose('ｏｒｄｅｒｓ', job(1, 'orders'))).toBe(0);
    expect(choose('Orders  EU', job(1, 'orders eu'))).toBe(0);
  });

  test('is matched literally, whatever is in it', () => {
    expect(choose('%', job(1, 'orders'))).toBe('none');
    expect(choose('.*', job(1, 'orders'))).toBe('none');
    expect(choose('', job(1, 'orders'))).toBe('none');
  });

  test('that is typed in full always finds its job', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 8 }), fc.nat(), (names, pick) => {
        const usable = names.filter((name) => name.trim() === name && name !== '');
        fc.pre(usable.length > 0);
        const jobs = usable.map((name, index) => job(index, name));
        const meant = jobs[pick % jobs.length];
        expect(chooseJob(meant?.name ?? '', jobs)).toMatchObject({ kind: 'one', job: { name: meant?.name } });
      }),
    );
  });
});

describe('a name that nothing has', () => {
  test('gets the nearest ones', () => {
    const jobs = [job(1, 'orders'), job(2, 'orders-eu'), job(3, 'billing')];
    expect(findNearestJobs('odrers', jobs).map((one) => one.name)).toEqual(['orders']);
    expect(findNearestJobs('zzz', jobs)).toEqual([]);
  });

  test('gets every job with the nearest name, running ones first', () => {
    const jobs = [job(1, 'orders', OVER), job(2, 'orders'), job(3, 'orders', OVER)];
    expect(findNearestJobs('ordrs', jobs).map((one) => jobs.indexOf(one))).toEqual([1, 0, 2]);
  });

  test.each([
    ['оrders', 'orders'],
    ['ｏrderѕ', 'orders'],
    ['0rders', 'orders'],
    ['biIling', 'billing'],
  ])('%s is not taken for %s, which it only looks like, and gets it as the nearest', (typed, name) => {
    const jobs = [job(1, name, OVER), job(2, name), job(3, 'shop')];
    expect(chooseJob(typed, jobs).kind).toBe('none');
    expect(findNearestJobs(typed, jobs).map((one) => jobs.indexOf(one))).toEqual([1, 0]);
  });
});

describe('a pasted address', () => {
  const id = '6211d20d-0006-41da-836e-db3301ajb20b';

  test.each([
    `https://console-intl.huaweicloud.com/drs/?region=ap-southeast-1#/drs/migrate/detail/${id}`,
    `<https://console.example/drs?jobId=${id.toUpperCase()}&x=1|DRS>`,
    `https://console.example/?project=0eb704d0-5a1c-4cbd-b675-91152f06aaaa&job=${id}`,
    `https://console.example/%7B${id}%7D`,
    `https://console.example/%zz/${id}`,
  ])('gives the job id in it: %s', (address) => {
    expect(isAddress(address)).toBe(true);
    expect(jobIdInAddress(address)).toBe(id);
  });

  test('without an id gives none', () => {
    expect(jobIdInAddress('https://console.example/#/drs/migrate/list')).toBeNull();
  });
});

describe('a language', () => {
  test.each([
    ['zh', 'zh'],
    ['ZH-CN', 'zh'],
    ['中文', 'zh'],
    ['简体中文', 'zh'],
    ['English', 'en'],
    ['en_GB', 'en'],
    ['fr', null],
    ['', null],
    ['constructor', null],
  ])('%j is %j', (typed, language) => {
    expect(parseLanguage(typed)).toBe(language);
  });

  test('of a Slack locale is known when it is one of ours', () => {
    expect(['zh-CN', 'zh-TW', 'en-US', 'de-DE'].map(languageOfLocale)).toEqual(['zh', 'zh', 'en', null]);
  });
});
