/** Where everything is kept. */
export interface StorePlace {
  /** Absolute; null: in memory. */
  readonly path: string | null;
  /** No bot has worked with it yet. */
  readonly isNew: boolean;
  readonly bytes: number;
  /** Those that have not ended, of all workspaces. */
  readonly subscriptions: number;
}

/** The path no longer leads to the file that is open: whatever is written is gone when the process ends, unless it is saved. */
export interface Displacement {
  readonly path: string;
  readonly how: 'gone' | 'replaced';
  /** Where `saveDisplaced` copies to. */
  readonly savedAs: string;
}

/** Where everything is kept, and whether that can be written. */
export interface PlaceStore {
  /** Where everything is kept, and what is there. */
  findPlace(): Promise<StorePlace>;
  /** Whether the file that is open is no longer the one at its path; null while all is well. Looks at the disk. */
  findDisplacement(): Displacement | null;
  /** Copies everything to the `savedAs` of a displacement, in the place of an earlier copy there. Rejects with one sentence. */
  saveDisplaced(): Promise<void>;
  /**
   * Writes something harmless, for good. Rejects when nothing can be written (no permission, no room, no disk), with one
   * sentence that says what to do.
   */
  probeWrite(): Promise<void>;
  /** The name of the last migration that was applied. */
  findSchemaVersion(): Promise<string>;
}
