import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { AuthenticatedClient } from '../../../server/asking.ts'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import type { Instant } from '../../../server/time.ts'

/** Its name beside the database. */
export const STORY_FILE = 'story.json'

/** Who and what is in the clinic that every fault is tried on. Plain data: it goes to other processes as a file beside the database. */
export interface Story {
  now: Instant
  gateway: AuthenticatedClient
  /** How the clinic's system proves itself to the API. */
  apiKey: string
  /** Ada, signed in. */
  ada: Reader
  /** A request that has just been sent a code to its mailbox, and the code. */
  signingIn: { requestToken: string; code: string }
  /** A message that waits for Ada. */
  waiting: string
  /** One that she has opened. */
  opened: string
  /** Many messages that wait for Cara. */
  crowd: string[]
  /** A deposit to three people. */
  deposit: string
}

export const storyIn = async (folder: string): Promise<Story> =>
  JSON.parse(await readFile(path.join(folder, STORY_FILE), 'utf8')) as Story
