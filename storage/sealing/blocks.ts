/**
 * Pieces of any size as blocks of one; only the last may be shorter, and is told apart. A block is good until the next is asked for: all
 * lie in one buffer, which is overwritten at the end.
 *
 * @param size - bytes of a block.
 */
export async function* inBlocks(
  content: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ block: Uint8Array; isLast: boolean }> {
  const buffer = Buffer.allocUnsafeSlow(size)
  let filled = 0
  try {
    for await (const piece of content) {
      for (let from = 0; from < piece.length; ) {
        // A full block waits here until it is certain that it is not the last.
        if (filled === size) {
          yield { block: buffer, isLast: false }
          filled = 0
        }
        const taken = Math.min(size - filled, piece.length - from)
        buffer.set(piece.subarray(from, from + taken), filled)
        filled += taken
        from += taken
      }
    }
    yield { block: buffer.subarray(0, filled), isLast: true }
  } finally {
    buffer.fill(0)
  }
}
