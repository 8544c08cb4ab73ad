import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** A database, whatever its tables. */
type AnyDb = Pick<Kysely<unknown>, 'getExecutor'>;

type ColumnType = 'id' | 'bigint' | 'integer' | 'text';

interface Column {
  readonly name: string;
  /** `id`: counted up by the database itself. */
  readonly type: ColumnType;
  readonly isNotNull: boolean;
  readonly fallback: string | null;
}

interface Reference {
  readonly columns: string;
  readonly to: string;
  readonly toColumns: string;
}

interface Index {
  readonly name: string;
  readonly isUnique: boolean;
  readonly columns: string;
  readonly where: string | null;
}

/** What a table is, in the words that SQLite and PostgreSQL share; lists of columns are texts. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: string;
  readonly uniques: readonly string[];
  readonly references: readonly Reference[];
  readonly indexes: readonly Index[];
  /** Triggers that refuse a change, by their event. */
  readonly refused: readonly string[];
}

const byText = (one: string, other: string) => (one < other ? -1 : 1);
const byName = (one: { readonly name: string }, other: { readonly name: string }) => byText(one.name, other.name);

async function read<Row>(db: AnyDb, query: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> {
  return (await query.execute(db)).rows;
}

/** SQL as both write it: small letters, no quotes of names, no types of values. */
function plain(text: string): string {
  return text
    .replaceAll(/"|::[a-z]+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/** A condition or a list of columns, from the definition of an index. */
function readIndex(definition: string): Pick<Index, 'columns' | 'where'> {
  const [head = '', where] = plain(definition).split(' where ');
  return {
    columns: head.slice(head.indexOf('(') + 1, head.lastIndexOf(')')),
    where: where === undefined ? null : where.replaceAll(/[()]/g, ''),
  };
}

/** The tables of a SQLite database, those of the migrator aside. */
export async function describeSqlite(db: AnyDb): Promise<readonly Table[]> {
  const tables = await read(
    db,
    sql<{ name: string }>`select name from sqlite_master where type = 'table' and name not like 'sqlite%'
      and name not like 'kysely%'`,
  );
  return await Promise.all(tables.toSorted(byName).map(({ name }) => describeSqliteTable(db, name)));
}

async function describeSqliteTable(db: AnyDb, name: string): Promise<Table> {
  const columns = await read(
    db,
    sql<{ name: string; type: ColumnType; notnull: number; dflt_value: string | null; pk: number }>`
      select name, lower(type) as type, "notnull", dflt_value, pk from pragma_table_info(${name})`,
  );
  const keys = columns.filter((column) => column.pk > 0).toSorted((one, other) => one.pk - other.pk);
  const isCounted = keys.length === 1 && keys[0]?.type === 'integer';
  const indexes = await read(
    db,
    sql<{ name: string; unique: number; origin: string; sql: string | null }>`
      select list.name, list."unique", list.origin, master.sql from pragma_index_list(${name}) as list
      join sqlite_master as master on master.name = list.name`,
  );
  const uniques = await Promise.all(
    indexes
      .filter(({ origin }) => origin === 'u')
      .map(async (index) => {
        const of = await read(db, sql<{ name: string }>`select name from pragma_index_info(${index.name})`);
        return of.map((column) => column.name).join(', ');
      }),
  );
  const references = await read(
    db,
    sql<{ id: number; table: string; from: string; to: string }>`select * from pragma_foreign_key_list(${name})`,
  );
  const triggers = await read(
    db,
    sql<{ sql: string }>`select sql from sqlite_master where type = 'trigger' and tbl_name = ${name}`,
  );
  return {
    name,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.pk > 0 && isCounted ? 'id' : column.type,
      isNotNull: column.notnull === 1 || column.pk > 0,
      fallback: column.dflt_value,
    })),
    primaryKey: keys.map((column) => column.name).join(', '),
    uniques: uniques.toSorted(byText),
    references: [...new Set(references.map(({ id }) => id))]
      .map((id) => references.filter((one) => one.id === id))
      .map((parts) => ({
        columns: parts.map((part) => part.from).join(', '),
        to: parts[0]?.table ?? '',
        toColumns: parts.map((part) => part.to).join(', '),
      }))
      .toSorted((one, other) => byText(one.columns, other.columns)),
    indexes: indexes
      .flatMap((index) =>
        index.sql === null ? [] : [{ name: index.name, isUnique: index.unique === 1, ...readIndex(index.sql) }],
      )
      .toSorted(byName),
    refused: triggers.map((trigger) => / before (\w+) on /.exec(trigger.sql)?.[1] ?? '').toSorted(byText),
  };
}

/** The tables of a PostgreSQL database, in the same words. */
export async function describePostgres(db: AnyDb): Promise<readonly Table[]> {
  const tables = await read(
    db,
    sql<{ name: string }>`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_name not like 'kysely%'`,
  );
  const described: Table[] = [];
  for (const { name } of tables.toSorted(byName)) described.push(await describePostgresTable(db, name));
  return described;
}

async function describePostgresTable(db: AnyDb, name: string): Promise<Table> {
  const columns = await read(
    db,
    sql<{ name: string; type: ColumnType; nullable: string; fallback: string | null; identity: string }>`
      select column_name as name, data_type as type, is_nullable as nullable, column_default as fallback,
        is_identity as identity
      from information_schema.columns where table_schema = 'public' and table_name = ${name} order by ordinal_position`,
  );
  const constraints = await read(
    db,
    sql<{ name: string; definition: string }>`
      select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
      where conrelid = ${name}::regclass and contype in ('p', 'u', 'f')`,
  );
  const indexes = await read(
    db,
    sql<{ name: string; definition: string }>`
      select indexname as name, indexdef as definition from pg_indexes
      where schemaname = 'public' and tablename = ${name}`,
  );
  const triggers = await read(
    db,
    sql<{ event: string }>`select event_manipulation as event from information_schema.triggers
      where event_object_table = ${name}`,
  );
  const named = (pattern: RegExp) => constraints.flatMap(({ definition }) => pattern.exec(plain(definition)) ?? []);
  const inside = (pattern: RegExp) => named(pattern).filter((_part, index) => index % 2 === 1);
  return {
    name,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.identity === 'YES' ? 'id' : column.type,
      isNotNull: column.nullable === 'NO',
      fallback: column.fallback === null ? null : plain(column.fallback),
    })),
    primaryKey: inside(/^primary key \((.*)\)$/)[0] ?? '',
    uniques: inside(/^unique \((.*)\)$/).toSorted(byText),
    references: constraints
      .flatMap(({ definition }) => {
        const found = /^foreign key \((.*)\) references (\w+)\((.*)\)$/.exec(plain(definition));
        return found === null ? [] : [{ columns: found[1] ?? '', to: found[2] ?? '', toColumns: found[3] ?? '' }];
      })
      .toSorted((one, other) => byText(one.columns, other.columns)),
    indexes: indexes
      .filter((index) => constraints.every((constraint) => constraint.name !== index.name))
      .map((index) => ({
        name: index.name,
        isUnique: index.definition.startsWith('CREATE UNIQUE'),
        ...readIndex(index.definition),
      }))
      .toSorted(byName),
    refused: triggers.map(({ event }) => event.toLowerCase()).toSorted(byText),
  };
}
