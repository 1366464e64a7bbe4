import { afterTest } from './closing.ts'
import { type PortalOptions, type TestPortal, wholePortal } from './whole-portal.ts'

/** A whole portal for one test: closed and removed after it. */
export async function testPortal(options: PortalOptions = {}): Promise<TestPortal> {
  const portal = await wholePortal(options)
  afterTest(() => portal.close())
  return portal
}
