import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dispose } from '../../server/disposal.ts'
import { noteEndings } from '../../server/ending.ts'
import { fileJournal } from '../../server/ending-journal.ts'
import { createPortal } from '../../server/portal.ts'
import { minutes } from '../../server/time.ts'
import { PORTAL_ACTOR } from '../../server/trail/entry.ts'
import { fileHistory } from '../../server/trail/history.ts'
import { trailNameIn } from '../../server/trail/part.ts'
import { generateRootKey, openStorage } from '../../storage/index.ts'
import { type Clinic, clinicIn, type Patient } from '../support/clinic.ts'
import { operator } from '../support/operator.ts'
import { ROOT_KEY } from '../support/storage.ts'
import { wholePortal } from '../support/whole-portal.ts'

const ADA = { name: 'Ada Lopez', address: 'ada.lopez@example.com' }

let folder: string
let clinic: Clinic
let ada: Patient
let close: () => Promise<void>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restante-drill-'))
  const portal = await wholePortal()
  close = portal.close
  clinic = await clinicIn(portal)
  ada = clinic.patient('Ada Lopez')
})
afterEach(async () => {
  await close()
  await rm(folder, { recursive: true, force: true })
})

const at = (name: string) => join(folder, name)

const portal = (settings: Record<string, string>, ...argv: string[]) => operator(clinic.clock.read, settings, ...argv)
const here = () => ({ PORTAL_DATA: clinic.storage.directory, DATABASE_URL: clinic.storage.url })
const cleanHost = (name = 'clean') => ({ PORTAL_DATA: at(name) })
const identity = () => at('identity')

async function keygen(): Promise<string> {
  return (await portal(here(), 'backup', 'keygen', identity(), '--json')).answer.recipient
}

const recipientThere = async () => /restante-backup-recipient-1:\S+/.exec(await readFile(identity(), 'utf8'))![0]

async function backedUp(name = 'backup') {
  const recipient = await keygen()
  const order = ['backup', at(name), '--to', at(`${name}-second`), '--keys-to', at(`${name}-keys`), '--recipient', recipient]
  return portal(here(), ...order, '--json')
}
const restoring = (name: string, ...more: string[]) => [
  'restore',
  at(name),
  '--keys',
  at('backup-keys'),
  '--identity',
  identity(),
  ...(more.includes('--endings') ? [] : ['--without-endings']),
  ...more,
]

async function disposeOf(message: string): Promise<void> {
  await clinic.parts.store.transaction(async tx => {
    await dispose(tx, [(await tx.messages.find(message))!], 'retention_over', PORTAL_ACTOR, clinic.clock.read())
  })
}

/** The portal goes on from what was restored on another machine. */
async function moveTo(dataFolder: string): Promise<void> {
  const options = {
    url: `sqlite:${join(dataFolder, 'portal.db')}`,
    dataDirectory: dataFolder,
    rootKey: ROOT_KEY,
    now: clinic.clock.read(),
  }
  const store = await openStorage(options)
  const before = close
  close = async () => {
    await store.close()
    await before()
  }
  const { settings } = clinic.parts
  const parts = {
    ...clinic.parts,
    store,
    settings: { ...settings, trailName: await trailNameIn(store, settings.trailName) },
    checkpointHistory: fileHistory(join(dataFolder, 'checkpoints.txt')),
    endings: fileJournal(join(dataFolder, 'endings.txt'), store.journalMac),
  }
  Object.assign(clinic, { parts, portal: createPortal(parts) })
}

test('the drill: backed up under load, lost, restored on a clean machine; what had ended stays ended, and Ada reads', async () => {
  await clinic.deposits('First result', [ADA], { text: 'You are well.' })
  const misaddressed = await clinic.deposits('For somebody else', [ADA])
  const old = await clinic.deposits('Very old', [ADA])
  await ada.opens('First result')

  let isDone = false
  const load = (async () => {
    // As many as leave the first on the first page.
    for (let count = 0; !isDone && count < 30; count++) await clinic.deposits(`Meanwhile ${count}`, [ADA])
  })()
  const backup = await backedUp()
  isDone = true
  await load
  expect(backup).toMatchObject({ code: 0, answer: { failures: [], folders: [at('backup'), at('backup-second')] } })

  // After the backup: one is taken back, one is disposed of, one is lost, and the trail is signed for all of it.
  clinic.clock.advance(minutes(10))
  await clinic.portal.retract({ client: clinic.gateway }, misaddressed.id, { reason: 'wrong_recipient' })
  await disposeOf(old.messages[0]!.id)
  await clinic.deposits('Came too late', [ADA])
  await clinic.portal.signCheckpoint()
  const { size: signedFor } = await clinic.parts.store.read(tx => tx.trail.head())
  await mkdir(at('saved'))
  for (const file of ['endings.txt', 'checkpoints.txt'])
    await copyFile(join(clinic.storage.directory, file), join(at('saved'), file))
  const trailKey = (await portal(here(), 'audit', 'key')).out.trim()

  const saved = ['--endings', at('saved/endings.txt'), '--history', at('saved/checkpoints.txt')]
  const restored = await portal(cleanHost(), ...restoring('backup-second', ...saved, '--json'))
  expect(restored).toMatchObject({ code: 0, answer: { endedAgain: 2, lostEntries: signedFor - backup.answer.entries } })

  await moveTo(at('clean'))
  await ada.signsIn()
  const seen = new Map((await ada.sees()).map(line => [line.subject ?? line.id, line]))
  expect(seen.get('First result')?.state).toBe('opened')
  expect(seen.has('Very old')).toBe(false)
  expect(seen.has('Came too late')).toBe(false)
  expect(seen.get(misaddressed.messages[0]!.id)?.state ?? 'gone').not.toBe('waiting')
  expect((await ada.looksAt('First result')).kind).toBe('message')
  await clinic.deposits('After it all', [ADA])
  expect((await ada.opens('After it all')).body.text).toBe('Everything is fine.')

  // Both parts of the trail are proven, by the key that was given out before; who holds a checkpoint of what is lost is told so.
  await portal(cleanHost(), 'audit', 'export', at('trail'))
  expect(await portal({}, 'audit', 'verify', at('trail'), '--key', trailKey, '--json')).toMatchObject({ code: 0 })
  const verified = await portal(
    {},
    'audit',
    'verify',
    at('trail'),
    '--key',
    trailKey,
    '--checkpoint',
    at('saved/checkpoints.txt'),
  )
  expect(verified.code).toBe(1)
  expect(verified.out).toMatch(/were lost: entry \d+ says that the portal was restored from a backup/)
})

test('what has ended is asked for, and followed only as the portal wrote it', async () => {
  const [message] = (await clinic.deposits('Result', [ADA])).messages
  await backedUp()
  await disposeOf(message!.id)
  await clinic.deposits('More', [ADA])
  await noteEndings(clinic.parts)
  const journal = await clinic.parts.endings.text()
  const restored = ['restore', at('backup'), '--keys', at('backup-keys'), '--identity', identity()]
  expect(await portal(cleanHost(), ...restored)).toMatchObject({ code: 2, err: /No endings\.txt .*--without-endings/ })
  const changed: [string, RegExp][] = [
    [journal.replace('disposed', 'released'), /Line 1 of .* is not what the portal wrote/],
    [journal.slice(journal.indexOf('\n') + 1), /Line 1 of/],
    [journal.slice(0, -5), /cut off/],
    [journal.replaceAll(/ ~.*/g, ''), /Line 1 of/],
  ]
  for (const [text, reason] of changed) {
    await writeFile(at('changed.txt'), text)
    const { code, err } = await portal(cleanHost(), ...restored, '--endings', at('changed.txt'))
    expect.soft({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(reason) })
  }
  await writeFile(at('whole.txt'), journal)
  const whole = await portal(cleanHost(), ...restored, '--endings', at('whole.txt'), '--json')
  expect(whole).toMatchObject({ code: 0, answer: { endedAgain: 1 } })
})

test('what one folder cannot take, the other gets, and the command says so and ends with 1', async () => {
  await mkdir(at('backup'))
  await writeFile(at('backup/something'), 'else')
  const { code, out, err } = await backedUp()
  expect({ code, out }).toMatchObject({ code: 1 })
  expect(err + out).toContain('is not empty')
  expect(await readdir(at('backup'))).toEqual(['something'])
  expect(await readdir(at('backup-second'))).toContain('manifest.txt')
  expect((await portal(cleanHost(), ...restoring('backup-second', '--json'))).code).toBe(0)
})

test('a backup is refused with its reason, and nothing is made, when it is not whole, not its own, or not for here', async () => {
  await clinic.deposits('Result', [ADA])
  await backedUp()
  const refused = async (change: () => Promise<unknown>, reason: RegExp, settings = cleanHost(), argv = restoring('backup')) => {
    await change()
    const { code, err } = await portal(settings, ...argv)
    expect.soft(err).toMatch(reason)
    expect.soft(code).toBe(1)
    await rm(at('backup'), { recursive: true })
    await mkdir(at('backup'))
    for (const file of await readdir(at('backup-second'))) await copyFile(at(`backup-second/${file}`), at(`backup/${file}`))
  }
  const changed = (file: string, change: (text: Buffer) => Buffer) => async () =>
    writeFile(at(file), change(await readFile(at(file))))
  const flipped = (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)))
  await refused(() => rm(at('backup/manifest.txt')), /holds no whole backup/)
  await refused(() => rm(at('backup/data.sealed')), /not whole/)
  await refused(changed('backup/manifest.txt', flipped), /not what a portal signed/)
  await refused(changed('backup/data.sealed', flipped), /digest differs/)
  await refused(
    changed('backup/data.sealed', bytes => bytes.subarray(0, -1)),
    /bytes instead of/,
  )
  await refused(
    changed('backup/endings.txt', bytes => Buffer.concat([bytes, Buffer.from('x')])),
    /not whole/,
  )

  const nothing = async () => undefined
  await portal(here(), 'backup', 'keygen', at('other-identity'))
  await refused(nothing, /sealed to bak_/, cleanHost(), [
    'restore',
    at('backup'),
    '--keys',
    at('backup-keys'),
    '--identity',
    at('other-identity'),
    '--without-endings',
  ])
  await refused(nothing, /root key is not the one/, { ...cleanHost(), PORTAL_ROOT_KEY: generateRootKey() } as never)
  await refused(nothing, /holds no whole backup/, cleanHost(), [
    'restore',
    at('backup'),
    '--keys',
    at('nowhere'),
    '--identity',
    identity(),
    '--without-endings',
  ])

  expect((await portal(cleanHost(), ...restoring('backup'))).code).toBe(0)
  await refused(nothing, /not empty/)
})

test('keys that were retired after a backup do not come back with it: an old backup and today’s keys open nothing', async () => {
  const disposed = (await clinic.deposits('Result', [ADA])).messages[0]!.id
  await backedUp()
  await disposeOf(disposed)
  expect((await portal(here(), 'keys', 'rotate', '--organization', clinic.organization.id)).code).toBe(0)
  clinic.clock.advance(1)
  const again = ['backup', at('today'), '--keys-to', at('today-keys'), '--recipient', await recipientThere()]
  expect((await portal(here(), ...again)).code).toBe(0)

  const todaysKeys = ['restore', at('backup'), '--keys', at('today-keys'), '--identity', identity(), '--without-endings']
  expect(await portal(cleanHost(), ...todaysKeys)).toMatchObject({ code: 1, err: /keys that were retired since/ })
  const oldKeys = ['restore', at('today'), '--keys', at('backup-keys'), '--identity', identity(), '--without-endings']
  expect(await portal(cleanHost(), ...oldKeys)).toMatchObject({ code: 1, err: /older than the data/ })
  expect(
    (await portal(cleanHost(), 'restore', at('today'), '--keys', at('today-keys'), '--identity', identity(), '--without-endings'))
      .code,
  ).toBe(0)
})

test('who restores one backup twice signs under two names, so that no checkpoint contradicts another', async () => {
  await clinic.deposits('Result', [ADA])
  await backedUp()
  const one = await portal(cleanHost('one'), ...restoring('backup', '--json'))
  const two = await portal(cleanHost('two'), ...restoring('backup', '--json'))
  expect(one.answer.trailName).toMatch(/^localhost\/restante-trail\/2\.[\w-]{8}$/)
  expect(two.answer.trailName).not.toBe(one.answer.trailName)
})

test('a backup wants somebody it is sealed to, and keys that do not lie with the data', async () => {
  expect(await portal(here(), 'backup', at('backup'), '--keys-to', at('keys'))).toMatchObject({ code: 1, err: /keygen/ })
  const recipient = await keygen()
  const together = ['backup', at('backup'), '--keys-to', at('backup/keys'), '--recipient', recipient]
  expect(await portal(here(), ...together)).toMatchObject({ code: 2, err: /not apart/ })
})
