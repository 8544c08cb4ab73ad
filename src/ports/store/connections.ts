import type { EpochMs } from '../../domain/base/time.ts';

/** The workspaces and connections that everything else refers to. */
export interface ConnectionStore {
  /** Creates or updates the workspace, and takes up posting again if a refusal of the whole workspace had stopped it. */
  openWorkspace(workspace: { readonly id: string; readonly name: string; readonly at: EpochMs }): Promise<void>;
  /** Creates or updates the connection; jobs whose place in its queue a clock gave that is set back since come forward. */
  openConnection(connection: {
    readonly id: string;
    readonly name: string;
    readonly endpoint: string;
    readonly projectId: string;
    readonly at: EpochMs;
  }): Promise<void>;
  /** The project last asked about at this endpoint; null if none ever was. */
  findLastProjectId(endpoint: string): Promise<string | null>;
}
