type Close = () => Promise<unknown>

const ofTest: Close[] = []
const ofFile: Close[] = []

/** To be done when the test that is running is over. A module is loaded once for many files: hooks of its own would see only the first. */
export const afterTest = (close: Close): void => void ofTest.push(close)

/** To be done when the last test of this file is over. */
export const afterFile = (close: Close): void => void ofFile.push(close)

export const closeTest = (): Promise<void> => closeAll(ofTest)
export const closeFile = (): Promise<void> => closeAll(ofFile)

async function closeAll(closing: Close[]): Promise<void> {
  await Promise.all(closing.splice(0).map(close => close()))
}
