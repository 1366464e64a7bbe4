/** Fewer than any database allows parameters in one statement. */
const BATCH = 500

/** Runs a query for many ids in pieces that fit into one statement, and puts the answers together. */
export async function inBatches<T, R>(items: readonly T[], query: (some: readonly T[]) => Promise<R[]>): Promise<R[]> {
  const all: R[] = []
  for (let start = 0; start < items.length; start += BATCH) all.push(...(await query(items.slice(start, start + BATCH))))
  return all
}
