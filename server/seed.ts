import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setStage } from './demonstration/stage.ts'
import { BENS_CODE, type Cast, LONGEST_AGO, playStory } from './demonstration/story.ts'
import { PortalError } from './errors.ts'
import type { Parts } from './parts.ts'
import { minutes } from './time.ts'

/** Who lives in the demonstration and how each of them signs in: PORTAL_DATA/demonstration.json. */
export interface Demonstration {
  organization: { id: string; name: string }
  people: DemonstrationPerson[]
  /** The clinic's record system, which deposits through the API. */
  client: { id: string; name: string; apiKey: string; secret: string }
}

export interface DemonstrationPerson {
  name: string
  address: string
  role: 'patient' | 'provider' | 'compliance' | 'administrator'
  /** A sentence or two for whoever tries it. */
  howToSignIn: string
  passphrase?: string
  /** Key of the code app, base32 in groups of four. */
  totpKey?: string
  printedCodes?: string[]
  activationCode?: string
}

const FILE = 'demonstration.json'
const LOOKS_EVERY = 100
/** The story is played in seconds. */
const LONGEST_TURN = minutes(1)

/**
 * Fills an empty portal with a plainly invented clinic: two patients, two providers, a compliance officer, a client, and messages in
 * every state. Does nothing when an organization is there already.
 *
 * @param where.dataFolder - PORTAL_DATA; the file with the credentials is left there, for its owner's eyes only.
 * @returns what that file says; null when the portal was not empty and no demonstration was ever made in it.
 * @throws PortalError `misconfigured` outside development.
 */
export async function seedDemonstration(parts: Parts, where: { dataFolder: string }): Promise<Demonstration | null> {
  if (parts.settings.environment !== 'development') {
    throw new PortalError('misconfigured', 'Invented patients belong in development only: PORTAL_ENV is production.')
  }
  const turn = join(where.dataFolder, `${FILE}.turn`)
  await takeTurn(turn)
  try {
    return await seedAlone(parts, join(where.dataFolder, FILE))
  } finally {
    await rm(turn, { force: true })
  }
}

/** A process that starts meanwhile waits: its own work would deliver the letters of the story, and half of it is there already. */
async function takeTurn(turn: string): Promise<void> {
  for (let waited = 0; ; waited += LOOKS_EVERY) {
    try {
      await writeFile(turn, String(process.pid), { flag: 'wx', mode: 0o600 })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const other = Number(await readFile(turn, 'utf8').catch(() => ''))
      // One that was killed has left it behind.
      if (waited > LONGEST_TURN || (other > 0 && !isRunning(other))) await rm(turn, { force: true })
      else await pause(LOOKS_EVERY)
    }
  }
}

/** This one has only just begun: a number that is its own is of another that had it before. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function seedAlone(parts: Parts, file: string): Promise<Demonstration | null> {
  const isEmpty = await parts.store.read(async tx => (await tx.organizations.list()).length === 0)
  if (!isEmpty) {
    const demonstration = await left(file)
    if (demonstration === null) parts.log.warn('demonstration.not_made', { because: 'the database is not empty' })
    return demonstration
  }

  const now = parts.clock()
  const stage = await setStage(parts, now - LONGEST_AGO)
  const cast = await playStory(stage, now)
  const { organization, gateway } = stage
  const demonstration: Demonstration = {
    organization: { id: organization.id, name: organization.name },
    people: peopleOf(cast),
    client: { id: gateway.id, name: gateway.client.client.name, apiKey: gateway.apiKey, secret: gateway.secret },
  }
  await keep(file, demonstration)
  parts.log.info('demonstration.seeded', { organization: organization.id })
  return demonstration
}

/** What `npm start` prints: where to look, who there is, how they sign in. */
export function demonstrationText({ organization, people, client }: Demonstration, origin: string): string {
  const persons = people.map(({ name, role, address, howToSignIn }) => `  ${name} (${role}), ${address}\n    ${howToSignIn}`)
  return `
${organization.name}, a demonstration with invented people, at ${origin}
  Caught mail: ${origin}/dev/mailbox (shows the codes of the authenticator apps too)
  Sign in:     ${origin}/sign-in

${persons.join('\n')}

  ${client.name} (API client ${client.id})
    Authorization: Bearer ${client.apiKey}

`
}

function peopleOf({ ada, cole, ito, reyes }: Cast): DemonstrationPerson[] {
  const { name, address, passphrase, printedCodes } = ada
  const howAda = `Passphrase: ${passphrase}. Then one of these printed codes, each of which works once: ${printedCodes.join(', ')}.`
  const howBen = `Has not signed in yet: open the notice to ben@example.com in the caught mail and follow it. The code that North Clinic gave him is ${BENS_CODE}.`
  return [
    { name, address, role: 'patient', howToSignIn: howAda, passphrase, printedCodes },
    { name: 'Ben Okafor', address: 'ben@example.com', role: 'patient', howToSignIn: howBen, activationCode: BENS_CODE },
    ...[cole, ito, reyes].map(({ name, address, role, passphrase, totpKey }) => {
      const howToSignIn = `Passphrase: ${passphrase}. Then the code of an authenticator app with the key ${totpKey}; it is shown beside the caught mail.`
      return { name, address, role, howToSignIn, passphrase, totpKey }
    }),
  ]
}

/** Written beside and renamed, so that it is there whole or not at all. */
async function keep(file: string, demonstration: Demonstration): Promise<void> {
  await writeFile(`${file}.part`, `${JSON.stringify(demonstration, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.part`, file)
}

async function left(file: string): Promise<Demonstration | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Demonstration
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
