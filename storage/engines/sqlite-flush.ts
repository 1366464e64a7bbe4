import { closeSync, fdatasync, openSync } from 'node:fs'
import type BetterSqlite from 'better-sqlite3'

/**
 * Makes commits outlive a power cut while the event loop goes on. With `synchronous = FULL` SQLite makes the same call inside the commit,
 * and the whole thread stands still for as long as the disk takes; with NORMAL it leaves it to whoever answers. All commits lie in one
 * file, one behind the other, so one call makes all of them durable that were written before it.
 */
export class SqliteFlush {
  readonly #fd: number
  readonly #version: BetterSqlite.Statement<[], number>
  #knownVersion: number | undefined
  #committed = 0
  #durable = 0
  #flushing: Promise<void> | undefined
  #failure: unknown

  /**
   * @param file - the log (`…-wal`); it stays as long as somebody has the database open.
   * @param writer - the only connection of this engine that writes.
   */
  constructor(file: string, writer: BetterSqlite.Database) {
    this.#fd = openSync(file, 'r')
    // Another number after each commit of any other connection, another process's too.
    this.#version = writer.prepare<[], number>('pragma data_version').pluck()
    this.#knownVersion = this.#version.get()
  }

  /** To be told after each commit. */
  committed(): void {
    this.#committed++
  }

  /**
   * Resolves when everything that can be seen now would be there after a power cut, whoever committed it.
   *
   * @throws Error of the system, from its first failure on: the next call would succeed, and not bring back what the kernel has given up.
   */
  async all(): Promise<void> {
    const version = this.#version.get()
    if (version !== this.#knownVersion) this.#committed++
    this.#knownVersion = version
    const upTo = this.#committed
    while (this.#durable < upTo) {
      if (this.#failure !== undefined) throw this.#failure
      this.#flushing ??= this.#flush()
      await this.#flushing
    }
  }

  /** Nothing may be waited for any more. */
  close(): void {
    closeSync(this.#fd)
  }

  async #flush(): Promise<void> {
    const upTo = this.#committed
    try {
      await new Promise<void>((resolve, reject) => fdatasync(this.#fd, error => (error ? reject(error) : resolve())))
      this.#durable = upTo
    } catch (error) {
      this.#failure = error
      throw error
    } finally {
      this.#flushing = undefined
    }
  }
}
