/** One measurement as it is written down. */
export interface Row {
  name: string
  value: number
  unit: string
  /** The least that any program would need for it on this machine, in this run; null where there is no such thing. */
  floor: number | null
  /** value / floor; null without a floor. */
  ratio: number | null
  /** What the ratio (or, without one, the value) should stay below; null where nobody has promised anything. */
  goal: number | null
  met: boolean | null
}

export interface Bench {
  name: string
  /** Takes minutes: run only when it is asked for by its name. */
  isLong?: boolean
  /** One row, or several that were measured together. */
  run(progress: Progress): Promise<Row | Row[]>
}

/** Told how far a measurement has come, from 0 to 1. */
export type Progress = (share: number) => void

type Work = () => Promise<unknown> | unknown

/**
 * Measures work beside its floor, in turns, so that whatever else the machine does meets both alike.
 *
 * @param prepare - happens before each round and is not measured.
 * @param warmUp - so many rounds before are not measured either: a program that has only just started is still being compiled while it works.
 * @returns medians in milliseconds.
 */
export async function paired(
  {
    rounds,
    warmUp = Math.max(2, Math.ceil(rounds / 10)),
    prepare,
    work,
    floor,
  }: { rounds: number; warmUp?: number; prepare?: Work; work: Work; floor: Work },
  progress: Progress,
): Promise<{ work: number; floor: number }> {
  const times = { work: [] as number[], floor: [] as number[] }
  for (let round = -warmUp; round < rounds; round++) {
    await prepare?.()
    // Who goes first changes, so that neither always finds the caches as the other left them.
    const order = round % 2 === 0 ? (['work', 'floor'] as const) : (['floor', 'work'] as const)
    for (const which of order) {
      const taken = await timed(which === 'work' ? work : floor)
      if (round >= 0) times[which].push(taken)
    }
    progress((round + warmUp + 1) / (rounds + warmUp))
  }
  return { work: median(times.work), floor: median(times.floor) }
}

export async function timed(work: Work): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** A row whose goal, if there is one, is for the ratio. */
export function rowOf(name: string, unit: string, measured: { work: number; floor: number }, goal: number | null = null): Row {
  const ratio = measured.work / measured.floor
  return { name, value: measured.work, unit, floor: measured.floor, ratio, goal, met: goal === null ? null : ratio <= goal }
}
