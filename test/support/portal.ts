import { afterEach } from 'vitest'
import { type PortalOptions, type TestPortal, wholePortal } from './whole-portal.ts'

const opened: TestPortal[] = []

// Whatever a test opened is closed and removed after it.
afterEach(async () => {
  for (const portal of opened.splice(0)) await portal.close()
})

/** A whole portal for one test. */
export async function testPortal(options: PortalOptions = {}): Promise<TestPortal> {
  const portal = await wholePortal(options)
  opened.push(portal)
  return portal
}
