import { randomFillSync } from 'node:crypto'

/** Random bytes are drawn for many at once: a draw costs the same, however many it brings. Each is handed out once, and forgotten here. */
const POOL = new Uint8Array(4_096)
let drawn = POOL.length

/** Fresh random bytes, fit for keys, nonces, secrets and ids. @param count - at most 64: small ones are what the pool is for. */
export function randomOf(count: number): Uint8Array {
  if (drawn + count > POOL.length) {
    randomFillSync(POOL)
    drawn = 0
  }
  const bytes = POOL.slice(drawn, drawn + count)
  POOL.fill(0, drawn, drawn + count)
  drawn += count
  return bytes
}
