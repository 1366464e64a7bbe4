import { afterAll, afterEach } from 'vitest'
import './components.ts'
import { closeFile, closeTest } from './closing.ts'

// Runs before each file; what support modules opened for it is closed behind it.
afterEach(closeTest)
afterAll(closeFile)
