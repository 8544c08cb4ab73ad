import { expect, test } from 'vitest';

import { openSqlite } from '../../src/store/sqlite/sqlite-driver.ts';
import { cachingStatements } from '../../src/store/sqlite/statement-cache.ts';

test('a statement is prepared once, and still right after the table has changed', () => {
  const database = openSqlite(':memory:');
  const caching = cachingStatements(database);
  database.exec("create table jobs (id text); insert into jobs values ('a')");
  const before = caching.prepare('select * from jobs');
  expect(before.all([])).toEqual([{ id: 'a' }]);
  database.exec("alter table jobs add column name text; insert into jobs values ('b', 'orders')");
  const after = caching.prepare('select * from jobs');
  expect(after).toBe(before);
  expect(after.all([])).toEqual([
    { id: 'a', name: null },
    { id: 'b', name: 'orders' },
  ]);
  caching.close();
});

test('however many different statements come, few are kept', () => {
  const database = openSqlite(':memory:');
  const caching = cachingStatements(database);
  const first = caching.prepare('select 0');
  for (let number = 1; number < 1_000; number++) caching.prepare(`select ${number}`);
  expect(caching.prepare('select 0')).not.toBe(first);
  expect(caching.prepare('select 0').all([])).toEqual([{ '0': 0 }]);
  caching.close();
  expect(() => caching.prepare('select 0')).toThrow('not open');
});
