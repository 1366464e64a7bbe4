import type { Row } from './answers.ts'
import { READING } from './reading-rows.ts'
import { SENDING } from './sending-rows.ts'
import { SIGNING_IN } from './sign-in-rows.ts'

/** Every use case, asked by everybody, about what is theirs, somebody else's, another organization's, and nobody's. */
export const TABLE: Row[] = [...READING, ...SENDING, ...SIGNING_IN]
