/** Fewer than any database allows parameters in one statement. */
const BATCH = 512

/**
 * Runs a query for many ids in pieces that fit into one statement, and puts the answers together. The pieces have few lengths, as each
 * length makes a statement of its own, which has to be compiled: towards one of them the last id is given again.
 */
export async function inBatches<T, R>(ids: readonly T[], query: (some: readonly T[]) => Promise<R[]>): Promise<R[]> {
  const all: R[] = []
  for (let start = 0; start < ids.length; start += BATCH) all.push(...(await query(padded(ids.slice(start, start + BATCH)))))
  return all
}

/** As many items as one of the few lengths, with the last of them as often as is missing: 1, 2, 3, 4, 6, 8, 12, 16, 24… */
export function padded<T>(items: readonly T[]): readonly T[] {
  let power = 1
  while (2 * power < items.length) power *= 2
  const length = [power, 1.5 * power, 2 * power].find(fitting => fitting >= items.length && Number.isInteger(fitting))!
  return length === items.length ? items : [...items, ...Array<T>(length - items.length).fill(items.at(-1)!)]
}
