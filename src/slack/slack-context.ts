import type { Channels } from '../ports.ts';
import type { Context } from '../use-cases/context.ts';
import type { BotNames } from './messages/subscription-answers.ts';

/** What every command and button works with. */
export interface SlackContext {
  readonly useCases: Context & { readonly channels: Channels };
  readonly names: BotNames;
  readonly workspaceId: string;
}
