import type { QueryResult } from 'kysely'

/**
 * What statements of one transaction must have answered by its end. Where answers come over a network, each that is waited for is a round
 * trip while every other writer stands in line; of most it is known beforehand what they will say.
 */
export class Expected {
  readonly #answers: Promise<void>[] = []

  /** Goes on without the answer. @param otherwise - what the transaction ends with when the statement did not write one row. */
  oneRow(statement: Promise<QueryResult<unknown>>, otherwise: () => Error): void {
    this.rows(1, statement, otherwise)
  }

  /** As {@link oneRow}, of a statement that writes so many. */
  rows(count: number, statement: Promise<QueryResult<unknown>>, otherwise: () => Error): void {
    const answer = statement.then(({ numAffectedRows }) => {
      if (numAffectedRows !== BigInt(count)) throw otherwise()
    })
    answer.catch(() => undefined) // told by met()
    this.#answers.push(answer)
  }

  /** Waits for the answers. Throws what the first that was another one led to. */
  async met(): Promise<void> {
    await Promise.all(this.#answers)
  }
}
