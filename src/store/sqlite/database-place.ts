import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { Displacement } from '../../ports/store/place.ts';
import type { Db } from '../rows/schema.ts';
import type { OpenPlace } from '../database.ts';
import { copyAnew } from './backup.ts';

/** The file of an open database: whether its path still leads to it, and how it is saved when not. */
export class DatabasePlace implements OpenPlace {
  readonly #db: Db;
  /** Absolute; null: in memory. */
  readonly #path: string | null;
  readonly #opened: string | null;
  readonly #savedAs: string | null;

  /**
   * To be made when the file has just been opened.
   *
   * @param path `:memory:` for none
   * @param now for the name of the copy that is made when the file has gone, in ms since 1970
   */
  constructor(db: Db, path: string, now: number) {
    this.#db = db;
    this.#path = path === ':memory:' ? null : resolve(path);
    this.#opened = this.#path === null ? null : identityOf(this.#path);
    this.#savedAs = this.#path === null ? null : join(dirname(this.#path), nameOfCopy(this.#path, now));
  }

  get path(): string | null {
    return this.#path;
  }

  countBytes(): number {
    return this.#path === null ? 0 : (statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0);
  }

  findDisplacement(): Displacement | null {
    if (this.#path === null || this.#opened === null || this.#savedAs === null) return null;
    const found = identityOf(this.#path);
    if (found === this.#opened) return null;
    return { path: this.#path, how: found === null ? 'gone' : 'replaced', savedAs: this.#savedAs };
  }

  async saveDisplaced(): Promise<void> {
    const displacement = this.findDisplacement();
    if (displacement !== null) await copyAnew(this.#db, displacement.savedAs);
  }
}

/** Which file a path leads to; null for none. */
function identityOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** `drs-bot.saved-20261124T030200Z.db` */
function nameOfCopy(path: string, now: number): string {
  const time = new Date(now).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${basename(path).replace(/\.db$/, '')}.saved-${time}.db`;
}
