import type { Command } from '../parsing/parse-command.ts';
import type { Request } from '../requests/request.ts';

/** Carries out a command of one kind and answers. */
export type CommandHandler<Kind extends Command['kind']> = (
  request: Request,
  command: Extract<Command, { readonly kind: Kind }>,
) => Promise<void>;
