import type { Instant } from './time.ts'

/** How far work has come that goes through something in its order, and looks at each once: a moment, and the id among those of it. */
export interface Mark {
  at: Instant
  id: string
}

/** Whose work it is. */
export type MarkName = 'reminded' | 'warned'

export interface Marks {
  /** What was there before the work existed counts as looked at; nothing, where there is no mark. */
  find(name: MarkName): Promise<Mark>
  put(name: MarkName, mark: Mark): Promise<void>
}
