/** What a message is about, without the name of the job and the figures: `🟢 replicating` of `🟢 orders – replicating, lag 1 s`. */
export function firstWords(text: string): string {
  const [line = ''] = text.split('\n');
  return (line.replace(/^(\S+) \S+ (?:– |(?=FAILED))/, '$1 ').split(/[,–<]/u)[0] ?? '').trim();
}
