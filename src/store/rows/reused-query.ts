import type { Compilable, CompiledQuery } from 'kysely';

import type { Db } from './schema.ts';

/**
 * A query whose text depends on nothing but how many values it has. It is built once for each number, and from then on
 * only the values change: building takes Kysely longer than running takes SQLite. For queries of the poll, which run for
 * every batch.
 */
export class ReusedQuery<Input, Row> {
  readonly #build: (db: Db, input: Input) => Compilable<Row>;
  readonly #values: (input: Input) => readonly unknown[];
  /** By database, because two may speak different SQL; a transaction has the adapter of its database. */
  readonly #built = new WeakMap<object, Map<number, CompiledQuery<Row>>>();

  /**
   * @param build makes the query, every value of it from `input`
   * @param values the same values in the order in which the query names them
   */
  constructor(build: (db: Db, input: Input) => Compilable<Row>, values: (input: Input) => readonly unknown[]) {
    this.#build = build;
    this.#values = values;
  }

  /** Runs it. @throws TypeError when the values are not those of the query */
  async run(db: Db, input: Input): Promise<readonly Row[]> {
    const parameters = this.#values(input);
    const built = this.#builtFor(db);
    let query = built.get(parameters.length);
    if (query === undefined) {
      query = this.#build(db, input).compile();
      if (!areSame(query.parameters, parameters)) throw new TypeError('the values are not in the order of the query');
      built.set(parameters.length, query);
    }
    const filled: CompiledQuery<Row> = { ...query, parameters };
    return (await db.executeQuery(filled)).rows;
  }

  #builtFor(db: Db): Map<number, CompiledQuery<Row>> {
    const { adapter } = db.getExecutor();
    const known = this.#built.get(adapter);
    if (known !== undefined) return known;
    const made = new Map<number, CompiledQuery<Row>>();
    this.#built.set(adapter, made);
    return made;
  }
}

function areSame(ones: readonly unknown[], others: readonly unknown[]): boolean {
  return ones.length === others.length && ones.every((one, index) => one === others[index]);
}
