import type { Cause } from '../job/job-detail.ts';

/**
 * What tells causes apart: DRS's code, else its text without what differs from job to job (figures, names in quotes); null
 * while none is known.
 *
 * @param reported the code that came with the progress
 */
export function causeKey(cause: Cause | null, reported: string | null): string | null {
  const code = cause?.code ?? reported;
  if (code !== null && code !== '') return code.replace(/^DRS-/, 'DRS.');
  const text = cause?.text ?? null;
  if (text === null) return null;
  const bare = text
    .toLowerCase()
    .replace(/'[^']*'|"[^"]*"|`[^`]*`|•+/g, '')
    .replace(/\S*\d\S*/g, '')
    .replace(/\S+\.\S+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return bare === '' ? null : bare;
}
