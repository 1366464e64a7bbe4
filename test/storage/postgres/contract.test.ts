import { describe } from 'vitest'
import { temporaryStorage } from '../../support/storage.ts'
import { storageContract } from '../contract.ts'

describe('PostgreSQL', () => storageContract(() => temporaryStorage({ engine: 'postgres' })))
