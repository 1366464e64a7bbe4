/** One thing that is wrong, and where: `entry 7`, `checkpoint 3`, `earlier checkpoint 1`. */
export interface Finding {
  what: string
  where: string
}

const MAX_FINDINGS = 20

/** Collects what is found; keeps the first of many. */
export class Findings {
  readonly #problems: Finding[] = []
  readonly #warnings: Finding[] = []
  #moreProblems = 0
  #moreWarnings = 0

  problem(where: string, what: string): void {
    if (this.#problems.length < MAX_FINDINGS) this.#problems.push({ where, what })
    else this.#moreProblems += 1
  }

  warning(where: string, what: string): void {
    if (this.#warnings.length < MAX_FINDINGS) this.#warnings.push({ where, what })
    else this.#moreWarnings += 1
  }

  get problems(): Finding[] {
    return [...this.#problems, ...more(this.#moreProblems)]
  }

  get warnings(): Finding[] {
    return [...this.#warnings, ...more(this.#moreWarnings)]
  }
}

const more = (count: number): Finding[] => (count === 0 ? [] : [{ where: 'beyond', what: `And ${count} more.` }])
