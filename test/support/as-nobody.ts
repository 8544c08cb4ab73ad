/** An id that owns nothing. */
const NOBODY = 65_534;

/** Runs `work` without the rights of root, to whom every file is writable. Whoever is not root stays who they are. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
