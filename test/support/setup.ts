import { setSourceMapsSupport } from 'node:module'
import { afterAll, afterEach } from 'vitest'
import './components.ts'
import { closeFile, closeTest } from './closing.ts'

// Node takes types out and moves nothing: a stack needs no map to say where. With maps, each error reads them, and Playwright makes some at
// every step.
setSourceMapsSupport(false)

// Runs before each file; what support modules opened for it is closed behind it.
afterEach(closeTest)
afterAll(closeFile)
