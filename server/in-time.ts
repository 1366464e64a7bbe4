/** What is said, or false when that has not come after so many milliseconds. */
export async function inTime(milliseconds: number, said: Promise<boolean>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), milliseconds)
  try {
    return await Promise.race([said, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
