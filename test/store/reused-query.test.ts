import { expect, test } from 'vitest';

import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { ReusedQuery } from '../../src/store/rows/reused-query.ts';
import type { Db } from '../../src/store/rows/schema.ts';

async function openFresh(): Promise<Db> {
  const db = openDatabase('sqlite::memory:');
  await migrateToLatest(db);
  return db;
}

interface Names {
  readonly paused: number;
  readonly ids: readonly string[];
}

const findWorkspaces = (values: (names: Names) => readonly unknown[]) =>
  new ReusedQuery(
    (db: Db, { paused, ids }: Names) =>
      db.selectFrom('workspaces').select('id').where('created_at', '>', paused).where('id', 'in', ids).orderBy('id'),
    values,
  );

async function addWorkspaces(db: Db, ...ids: readonly string[]): Promise<void> {
  await db
    .insertInto('workspaces')
    .values(ids.map((id, index) => ({ id, name: id, created_at: index })))
    .execute();
}

test('a reused query takes other values, other numbers of values, and other databases', async () => {
  const query = findWorkspaces(({ paused, ids }) => [paused, ...ids]);
  const [one, other] = [await openFresh(), await openFresh()];
  await addWorkspaces(one, 'a', 'b', 'c');
  await addWorkspaces(other, 'x', 'y');
  const ids = async (db: Db, names: Names) => (await query.run(db, names)).map((row) => row.id);
  expect(await ids(one, { paused: -1, ids: ['a', 'b'] })).toEqual(['a', 'b']);
  expect(await ids(one, { paused: 0, ids: ['a', 'b'] })).toEqual(['b']);
  expect(await ids(one, { paused: -1, ids: ['a', 'b', 'c'] })).toEqual(['a', 'b', 'c']);
  expect(await ids(other, { paused: -1, ids: ['x', 'a'] })).toEqual(['x']);
  expect(await one.transaction().execute((tx) => ids(tx, { paused: 1, ids: ['b', 'c'] }))).toEqual(['c']);
  await Promise.all([one.destroy(), other.destroy()]);
});

test('a reused query whose values are in another order than it names them is refused', async () => {
  const query = findWorkspaces(({ paused, ids }) => [...ids, paused]);
  const db = await openFresh();
  await expect(query.run(db, { paused: 1, ids: ['a'] })).rejects.toThrow('not in the order of the query');
  await db.destroy();
});
