/** Smaller ones are rubbish that V8 clears away for nothing, and may be shared with others. */
const WORTH_IT = 16_384

/**
 * Gives the memory of bytes back at once. Pieces of a file lie outside V8's heap, where it counts them: left to the collector, each hundred
 * megabytes that pass through make it go through everything this thread has, a dozen times over. For who is the last to have looked into
 * them: they are empty from now on. Bytes that share their memory with others are left alone.
 */
export function letGo({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= WORTH_IT && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
