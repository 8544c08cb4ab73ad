import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { decideNews } from '../../../src/domain/post/incident.ts';
import type { NewsDecision, NewsKind, PendingNews, ToldPost } from '../../../src/domain/post/incident.ts';

const T = 1_000_000_000;

function news(id: number, changes: Partial<PendingNews> = {}): PendingNews {
  return { id, job: `job-${id}`, kind: 'failed', cause: null, foundAt: T, ...changes };
}

function many(count: number, changes: Partial<PendingNews> = {}, from = 1): readonly PendingNews[] {
  return Array.from({ length: count }, (_one, index) => news(from + index, changes));
}

/** An incident of `told` jobs posted at T; those that `joined` came two minutes later. */
function incident(told: readonly string[], changes: Partial<ToldPost> = {}, joined: readonly string[] = []): ToldPost {
  const row = (job: string, joinedAt: number) => ({ job, cause: null, joinedAt, isOpen: true });
  return {
    id: 'incident',
    kind: 'failed',
    isIncident: true,
    isJoinable: true,
    isFrozen: false,
    postedAt: T,
    shownIn: null,
    rows: [...told.map((job) => row(job, T)), ...joined.map((job) => row(job, T + 2 * MINUTE))],
    ...changes,
  };
}

function single(job: string, changes: Partial<ToldPost> = {}): ToldPost {
  const rows = [{ job, cause: null, joinedAt: T, isOpen: true }];
  return {
    id: `post of ${job}`,
    kind: 'failed',
    isIncident: false,
    isJoinable: false,
    isFrozen: false,
    postedAt: T,
    shownIn: null,
    rows,
    ...changes,
  };
}

function decide(
  pending: readonly PendingNews[],
  afterMs: number,
  posts: readonly ToldPost[] = [],
  passBeganAt: number | null = null,
): readonly NewsDecision[] {
  return decideNews(pending, posts, { now: T + afterMs, passBeganAt });
}

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_one, index) => from + index);

describe('news', () => {
  test('of a failure is collected for five seconds, of anything else for thirty', () => {
    expect(decide([news(1)], 0)).toEqual([{ kind: 'hold', news: [1], until: T + 5 * SECOND, reason: 'collecting' }]);
    expect(decide([news(1)], 5 * SECOND)).toEqual([{ kind: 'tell_job', news: [1] }]);
    const paused = news(1, { kind: 'paused' });
    expect(decide([paused], 29 * SECOND)).toEqual([
      { kind: 'hold', news: [1], until: T + 30 * SECOND, reason: 'collecting' },
    ]);
    expect(decide([paused], 30 * SECOND)).toEqual([{ kind: 'tell_job', news: [1] }]);
  });

  test('waits for the pass that found it, thirty seconds longer at most', () => {
    expect(decide([news(1)], 6 * SECOND, [], T - SECOND)).toEqual([
      { kind: 'hold', news: [1], until: T + 35 * SECOND, reason: 'pass_goes_on' },
    ]);
    expect(decide([news(1)], 35 * SECOND, [], T - SECOND)).toEqual([{ kind: 'tell_job', news: [1] }]);
  });

  test('does not wait for a pass that began after it', () => {
    expect(decide([news(1)], 6 * SECOND, [], T + SECOND)).toEqual([{ kind: 'tell_job', news: [1] }]);
  });

  test('of up to three jobs is told singly, of four in one post', () => {
    expect(decide(many(3), 5 * SECOND)).toEqual(ids(1, 3).map((id) => ({ kind: 'tell_job', news: [id] })));
    expect(decide(many(4), 5 * SECOND)).toEqual([{ kind: 'tell_incident', news: ids(1, 4), shows: [] }]);
  });

  test('of kinds that differ is not mixed', () => {
    const mixed = [...many(3), ...many(3, { kind: 'paused' }, 4)];
    expect(decide(mixed, MINUTE).filter(({ kind }) => kind === 'tell_incident')).toEqual([]);
  });

  test('that a clock set back has made younger than now is told, not held', () => {
    expect(decide([news(1, { foundAt: T + MINUTE })], 0)).toEqual([{ kind: 'tell_job', news: [1] }]);
  });

  test('about the bot or about something without a job is told at once', () => {
    expect(decide([news(1, { kind: 'other' })], 0)).toEqual([{ kind: 'tell_job', news: [1] }]);
  });
});

describe('thirty failures', () => {
  test('in one pass are one post', () => {
    expect(decide(many(30), 5 * SECOND)).toEqual([{ kind: 'tell_incident', news: ids(1, 30), shows: [] }]);
  });

  test('with two causes are one post', () => {
    const two = [...many(24, { cause: 'source' }), ...many(6, { cause: 'duplicate' }, 25)];
    expect(decide(two, 5 * SECOND)).toEqual([{ kind: 'tell_incident', news: ids(1, 30), shows: [] }]);
  });

  test.each([
    ['one pass', T - 1],
    ['passes of their own', null],
  ])('spread over forty seconds of %s are one post', (_of, passBeganAt) => {
    expect(
      play(
        ids(0, 29).map((n) => n * 1_333),
        passBeganAt,
      ).posts,
    ).toBe(1);
  });

  test('spread over an hour are told in a few posts, each of which says that there are twice as many', () => {
    const { posts } = play(ids(0, 29).map((n) => n * 10 * SECOND));
    expect(posts).toBeGreaterThan(1);
    expect(posts).toBeLessThanOrEqual(7);
  });

  test('become rows of an incident when three were told singly before', () => {
    const told = [single('a'), single('b'), single('c')];
    expect(decide([news(4, { foundAt: T + MINUTE })], 2 * MINUTE, told)).toEqual([
      { kind: 'tell_incident', news: [4], shows: told.map(({ id }) => id) },
    ]);
  });

  test('are no rows when they are over, or were told more than ten minutes ago', () => {
    const late = [single('a'), single('b'), single('c')];
    expect(decide([news(4, { foundAt: T + 11 * MINUTE })], 12 * MINUTE, late)).toEqual([
      { kind: 'tell_job', news: [4] },
    ]);
    const over = late.map((post) => ({ ...post, rows: post.rows.map((row) => ({ ...row, isOpen: false })) }));
    expect(decide([news(4)], MINUTE, over)).toEqual([{ kind: 'tell_job', news: [4] }]);
  });
});

describe('an incident', () => {
  const post = incident(['a', 'b', 'c', 'd']);

  test('takes what follows within ten minutes by edit, at once', () => {
    expect(decide([news(9, { foundAt: T + MINUTE })], MINUTE, [post])).toEqual([
      { kind: 'join', news: [9], post: 'incident' },
    ]);
    expect(decide([news(9, { foundAt: T + 11 * MINUTE })], 12 * MINUTE, [post])).toEqual([
      { kind: 'tell_job', news: [9] },
    ]);
  });

  test('takes no other cause: that is news of its own', () => {
    const known = { ...post, rows: post.rows.map((row) => ({ ...row, cause: 'source' })) };
    expect(decide([news(9, { cause: 'source' })], MINUTE, [known])[0]?.kind).toBe('join');
    expect(decide([news(9, { cause: null })], MINUTE, [known])[0]?.kind).toBe('join');
    expect(decide([news(9, { cause: 'duplicate' })], MINUTE, [known])).toEqual([{ kind: 'tell_job', news: [9] }]);
  });

  test('of which no cause is known takes any', () => {
    expect(decide([news(9, { cause: 'duplicate' })], MINUTE, [post])[0]?.kind).toBe('join');
  });

  test('that has doubled takes no more: the next one is posted, and shows those of the first', () => {
    const grown = incident(['a', 'b', 'c', 'd'], {}, ['e', 'f', 'g']);
    expect(decide([news(9, { foundAt: T + 3 * MINUTE })], 4 * MINUTE, [grown])).toEqual([
      { kind: 'tell_incident', news: [9], shows: ['incident'] },
    ]);
  });

  test('that another shows takes no more', () => {
    const shown = incident(['a', 'b', 'c', 'd'], { shownIn: 'the next' });
    expect(decide([news(9)], MINUTE, [shown])).toEqual([{ kind: 'tell_job', news: [9] }]);
  });
});

describe('recoveries', () => {
  const rows = (open: number) =>
    ids(1, 30).map((id) => ({ job: `job-${id}`, cause: null, joinedAt: T, isOpen: id <= open }));

  test('of an incident wait for the last, half an hour at most', () => {
    const some = many(24, { kind: 'recovered' }, 1).map((one) => ({ ...one, job: `job-${one.id + 6}` }));
    const post = incident([], { rows: rows(6) });
    expect(decide(some, MINUTE, [post])).toEqual([
      { kind: 'hold', news: ids(1, 24), until: T + 30 * MINUTE, reason: 'others_still_failed' },
    ]);
    expect(decide(some, 30 * MINUTE, [post])).toEqual([{ kind: 'tell_recoveries', news: ids(1, 24), of: 'incident' }]);
  });

  test('are told in one post as soon as the last has recovered, however old the incident is', () => {
    const all = many(30, { kind: 'recovered' });
    const post = incident([], { rows: rows(0) });
    expect(decide(all, 20 * MINUTE, [post])).toEqual([{ kind: 'tell_recoveries', news: ids(1, 30), of: 'incident' }]);
  });

  test('do not hold back what follows of their job: the edited incident has told them', () => {
    const post = incident([], { rows: rows(29) });
    const pending = [news(31, { job: 'job-30', kind: 'recovered' }), news(32, { job: 'job-30', foundAt: T + MINUTE })];
    expect(decide(pending, 2 * MINUTE, [post])).toEqual([
      { kind: 'join', news: [31], post: 'incident' },
      { kind: 'hold', news: [32], until: null, reason: 'older_comes_first' },
    ]);
  });

  test('from failures that were told singly are told singly up to three, and together from four', () => {
    const posts = ids(1, 4).map((id) => single(`job-${id}`, { rows: [] }));
    expect(decide(many(3, { kind: 'recovered' }), MINUTE, posts).map(({ kind }) => kind)).toEqual([
      'tell_job',
      'tell_job',
      'tell_job',
    ]);
    expect(decide(many(4, { kind: 'recovered' }), MINUTE, posts)).toEqual([
      { kind: 'tell_incident', news: ids(1, 4), shows: [] },
    ]);
  });
});

describe('a backlog of one job', () => {
  test('is one post that lists its steps', () => {
    const steps = ['full_copy', 'full_copy_done', 'replicating', 'failed'] as const;
    const pending = steps.map((kind, index) => news(index + 1, { job: 'orders', kind }));
    expect(decide(pending, MINUTE)).toEqual([{ kind: 'tell_job', news: ids(1, 4) }]);
  });

  test('does not delay a failure: what would still be collected goes with it', () => {
    const pending = [news(1, { job: 'orders', kind: 'full_copy' }), news(2, { job: 'orders' })];
    expect(decide(pending, 5 * SECOND)).toEqual([{ kind: 'tell_job', news: [1, 2] }]);
  });

  test('comes before the incident that its last step is part of', () => {
    const pending = [news(1, { job: 'orders', kind: 'full_copy' }), news(2, { job: 'orders' }), ...many(3, {}, 3)];
    expect(decide(pending, 5 * SECOND)).toEqual([
      { kind: 'tell_job', news: [1] },
      { kind: 'tell_incident', news: [2, 3, 4, 5], shows: [] },
    ]);
  });
});

const KINDS: readonly NewsKind[] = ['failed', 'recovered', 'paused', 'replicating', 'gone', 'other'];
const anyNews = fc
  .array(
    fc.record({
      job: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      kind: fc.constantFrom(...KINDS),
      cause: fc.constantFrom(null, 'x', 'y'),
      foundAt: fc.integer({ min: T - MINUTE, max: T + MINUTE }),
    }),
    { maxLength: 14 },
  )
  .map((all) => all.map((one, index) => ({ ...one, id: index + 1 })));
const anyPost = fc.record({
  id: fc.constantFrom('p', 'q', 'r'),
  kind: fc.constantFrom(...KINDS),
  isIncident: fc.boolean(),
  isJoinable: fc.boolean(),
  isFrozen: fc.boolean(),
  postedAt: fc.integer({ min: T - 20 * MINUTE, max: T }),
  shownIn: fc.constantFrom(null, null, 'q'),
  rows: fc.array(
    fc.record({
      job: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      cause: fc.constantFrom(null, 'x', 'y'),
      joinedAt: fc.integer({ min: T - 20 * MINUTE, max: T }),
      isOpen: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});
const anyPosts = fc.uniqueArray(anyPost, { maxLength: 3, selector: ({ id }) => id });
const anyPass = fc.option(fc.integer({ min: T - MINUTE, max: T }));

describe('whatever is owed', () => {
  test('each piece of news is in exactly one decision', () => {
    fc.assert(
      fc.property(anyNews, anyPosts, anyPass, (pending, posts, passBeganAt) => {
        const decided = decideNews(pending, posts, { now: T, passBeganAt }).flatMap(({ news: told }) => told);
        expect(decided.toSorted((one, other) => one - other)).toEqual(pending.map(({ id }) => id));
      }),
    );
  });

  test('nothing of a job is told before an older piece of news of that job', () => {
    fc.assert(
      fc.property(anyNews, anyPosts, anyPass, (pending, posts, passBeganAt) => {
        const told = decideNews(pending, posts, { now: T, passBeganAt })
          .filter(({ kind }) => kind !== 'hold')
          .flatMap(({ news: some }) => some);
        for (const { id, job } of pending) {
          if (!told.includes(id)) continue;
          const before = pending.filter((older) => older.job === job && older.id < id);
          for (const older of before) expect(told.slice(0, told.indexOf(id))).toContain(older.id);
        }
      }),
    );
  });

  test('is told in the end: nothing is held for ever', () => {
    fc.assert(
      fc.property(anyNews, anyPosts, anyPass, (pending, posts, passBeganAt) => {
        let left: readonly PendingNews[] = pending;
        for (let turn = 0; left.length > 0 && turn <= pending.length; turn += 1) {
          const now = T + (turn + 1) * 40 * MINUTE;
          const decided = decideNews(left, posts, { now, passBeganAt });
          const held = new Set(decided.flatMap((one) => (one.kind === 'hold' ? one.news : [])));
          left = left.filter(({ id }) => held.has(id));
        }
        expect(left).toEqual([]);
      }),
    );
  });
});

/** Failures found at these moments (ms after T), told as decided a second at a time; how many posts that makes. */
function play(moments: readonly number[], passBeganAt: number | null = null): { readonly posts: number } {
  const posts: ToldPost[] = [];
  let pending: PendingNews[] = [];
  let found = 0;
  const end = (moments.at(-1) ?? 0) + MINUTE;
  for (let ms = 0; ms <= end; ms += SECOND) {
    for (; (moments[found] ?? Infinity) <= ms; found += 1)
      pending.push(news(found + 1, { foundAt: T + (moments[found] ?? 0) }));
    const isPass = passBeganAt !== null && ms <= (moments.at(-1) ?? 0);
    const decided = decideNews(pending, posts, { now: T + ms, passBeganAt: isPass ? passBeganAt : null });
    for (const decision of decided) {
      if (decision.kind === 'hold') continue;
      const rows = decision.news.map((id) => ({ job: `job-${id}`, cause: null, joinedAt: T + ms, isOpen: true }));
      pending = pending.filter(({ id }) => !decision.news.includes(id));
      const at = posts.findIndex(({ id }) => decision.kind === 'join' && id === decision.post);
      const post = posts[at];
      if (post !== undefined) posts[at] = { ...post, rows: [...post.rows, ...rows] };
      else posts.push(newPost(`post ${posts.length}`, decision, rows, posts, T + ms));
    }
  }
  return { posts: posts.length };
}

function newPost(
  id: string,
  decision: NewsDecision,
  rows: ToldPost['rows'],
  posts: ToldPost[],
  postedAt: number,
): ToldPost {
  const shows = decision.kind === 'tell_incident' ? decision.shows : [];
  const shown = posts.filter((post) => shows.includes(post.id)).flatMap((post) => post.rows);
  for (const [at, post] of posts.entries()) if (shows.includes(post.id)) posts[at] = { ...post, shownIn: id };
  return {
    id,
    kind: 'failed',
    isIncident: decision.kind === 'tell_incident',
    isJoinable: decision.kind === 'tell_incident',
    isFrozen: false,
    postedAt,
    shownIn: null,
    rows: [...shown.map((row) => ({ ...row, joinedAt: postedAt })), ...rows],
  };
}
