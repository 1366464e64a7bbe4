import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { clinicIn } from '../../support/clinic.ts'
import { afterFile } from '../../support/closing.ts'
import { wholePortal } from '../../support/whole-portal.ts'
import { STORY_FILE, type Story } from './prepared-story.ts'

/** More than one transaction of the sweep takes. */
const CROWD = 120

/** A folder of its own, gone after the tests of the file. In memory where nothing but the process is to fail. */
export async function ownFolder(where = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()): Promise<string> {
  const folder = await mkdtemp(path.join(where, 'restante-fault-'))
  afterFile(() => rm(folder, { recursive: true, force: true }))
  return folder
}

// In memory: made once for all the files of tests that a worker runs.
let prepared: Promise<Map<string, Buffer>> | undefined

/** A folder with a copy of the prepared clinic, to be broken at will. */
export async function clinicFolder(where?: string): Promise<string> {
  prepared ??= prepare()
  const folder = await ownFolder(where)
  for (const [name, bytes] of await prepared) await writeFile(path.join(folder, name), bytes)
  return folder
}

async function prepare(): Promise<Map<string, Buffer>> {
  const portal = await wholePortal()
  const clinic = await clinicIn(portal)
  const ada = clinic.patient('Ada Lopez')
  const ben = clinic.patient('Ben Ito')
  const cara = clinic.patient('Cara Diaz')
  await clinic.deposits('Seen', [ada])
  const reader = await ada.signsIn()
  await ada.opens('Seen')
  const waiting = await clinic.deposits('Result', [ada])
  const deposit = await clinic.deposits('For three', [ada, ben, cara])
  const { requestToken } = await portal.portal.beginSignIn({ address: ben.address })
  await portal.portal.sendMailboxCode(requestToken)
  await portal.deliver()
  const signingIn = { requestToken, code: portal.mailbox.codeTo(ben.address) }
  const crowd: string[] = []
  for (let number = 0; number < CROWD; number++) crowd.push((await clinic.deposits(`Number ${number}`, [cara])).messages[0]!.id)
  await portal.portal.signCheckpoint()
  await clinic.deposits('Not signed yet', [ada])
  const story: Story = {
    now: portal.clock.read(),
    gateway: clinic.gateway,
    apiKey: clinic.apiKey,
    ada: reader,
    signingIn,
    crowd,
    waiting: waiting.messages[0]!.id,
    opened: (await portal.portal.listMessages(reader, { limit: 50 })).lines.find(line => line.subject === 'Seen')!.id,
    deposit: deposit.id,
  }
  await portal.storage.store.close()
  const files = new Map([[STORY_FILE, Buffer.from(JSON.stringify(story))]])
  for (const name of ['portal.db', 'checkpoints.txt']) files.set(name, await readFile(path.join(portal.storage.directory, name)))
  await portal.close()
  return files
}
