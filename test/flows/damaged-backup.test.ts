import { mkdtemp, open, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { decodeEntry } from '../../server/trail/entry.ts'
import { openStorage } from '../../storage/index.ts'
import { Intruder } from '../storage/intruder.ts'
import { type Clinic, clinicIn } from '../support/clinic.ts'
import { afterTest } from '../support/closing.ts'
import { operator } from '../support/operator.ts'
import { ROOT_KEY } from '../support/storage.ts'
import { wholePortal } from '../support/whole-portal.ts'

const ADA = { name: 'Ada Lopez', address: 'ada.lopez@example.com' }

describe('damage', () => {
  let folder: string
  let clinic: Clinic
  let recipient: string
  let messages: string[]
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restante-damage-'))
    afterTest(() => rm(folder, { recursive: true, force: true }))
    const whole = await wholePortal({ engine: 'sqlite' })
    afterTest(whole.close)
    clinic = await clinicIn(whole)
    messages = []
    for (const subject of ['First', 'Second', 'Third', 'Fourth'])
      messages.push((await clinic.deposits(subject, [ADA], { text: 'x'.repeat(60_000) })).messages[0]!.id)
    recipient = (await portal(here(), 'backup', 'keygen', at('identity'), '--json')).answer.recipient
  })

  const at = (name: string) => join(folder, name)
  const portal = (settings: Record<string, string>, ...argv: string[]) => operator(clinic.clock.read, settings, ...argv)
  const here = () => ({ PORTAL_DATA: clinic.storage.directory, DATABASE_URL: clinic.storage.url })
  const backedUp = () =>
    portal(
      here(),
      ...['backup', at('one'), '--to', at('two'), '--keys-to', at('keys-one'), '--keys-also-to', at('keys-two')],
      ...['--recipient', recipient, '--json'],
    )
  const restored = (...more: string[]) =>
    portal(
      { PORTAL_DATA: at('clean') },
      'restore',
      at('one'),
      '--keys',
      at('keys-one'),
      '--identity',
      at('identity'),
      '--without-endings',
      ...more,
    )
  const verified = (...more: string[]) =>
    portal({}, 'backup', 'verify', at('one'), '--keys', at('keys-one'), '--identity', at('identity'), ...more)
  async function flip(path: string, ...places: number[]): Promise<void> {
    const file = await open(path, 'r+')
    for (const place of places) {
      const byte = Buffer.alloc(1)
      await file.read(byte, 0, 1, place)
      byte[0]! ^= 1
      await file.write(byte, 0, 1, place)
    }
    await file.close()
  }

  test('of the database is told of when it is backed up, listed with the backup, and all else comes back when it is accepted', async () => {
    const [changed, unreadable, reversed] = messages
    const intruder = new Intruder(clinic.storage.file)
    intruder.set('messages', { id: changed! }, { reply_allowed: 7 })
    const heading = intruder.rows('sealed_parts').find(row => row.owner === unreadable && row.part === 'heading')!
    const sealed = Buffer.from(heading.sealed as Buffer)
    sealed[sealed.length - 1]! ^= 1
    intruder.set('sealed_parts', { owner: unreadable!, part: 'heading' }, { sealed })
    // A byte of its kind: what was a number is a fraction, which no encoding holds.
    intruder.run('update outbox set attempts = 0.5 where message = ?', reversed)
    intruder.close()

    const backup = await backedUp()
    expect(backup).toMatchObject({ code: 1, answer: { failures: [], folders: [at('one'), at('two')] } })
    expect(backup.answer.damage).toEqual(
      expect.arrayContaining([
        { table: 'messages', row: changed },
        { table: 'outbox', row: expect.stringMatching(/^out_/) },
        { table: 'sealed_parts', row: unreadable, part: 'heading' },
      ]),
    )
    expect(await readFile(at('one/damage.txt'), 'utf8')).toContain(`sealed_parts ${unreadable} heading\n`)
    expect(await verified('--json')).toMatchObject({
      code: 1,
      answer: { damage: expect.arrayContaining([{ table: 'messages', row: changed }]) },
    })

    expect(await restored()).toMatchObject({ code: 1, err: expect.stringMatching(/rows do not verify: .*--accept-damage/) })
    const accepted = await restored('--accept-damage', '--json')
    expect(accepted).toMatchObject({ code: 0, answer: { damage: expect.arrayContaining([{ table: 'messages', row: changed }]) } })

    const options = { url: `sqlite:${at('clean/portal.db')}`, dataDirectory: at('clean'), rootKey: ROOT_KEY }
    const store = await openStorage({ ...options, now: clinic.clock.read() })
    afterTest(() => store.close())
    const { list, entries } = await store.read(async tx => {
      const [member] = await tx.recipients.findByAddress(ADA.address)
      const { size } = await tx.trail.head()
      return {
        list: await tx.messages.listForRecipient(member!.id, { limit: 10 }),
        entries: await tx.trail.entries(size - 20, 20),
      }
    })
    expect(new Map(list.map(({ id, state }) => [id, state]))).toEqual(
      new Map([
        [messages[3], 'waiting'],
        [messages[2], 'waiting'],
        [messages[1], 'disposed'],
      ]),
    )
    const told = entries.map(({ bytes }) => decodeEntry(bytes)).filter(({ action }) => action === 'row.lost')
    expect(told.map(({ object }) => object)).toEqual(expect.arrayContaining([changed, unreadable]))
  })

  test('of a backup is told by its place; what is damaged in one copy is taken from the other', async () => {
    expect(await backedUp()).toMatchObject({ code: 0, answer: { keysFolders: [at('keys-one'), at('keys-two')] } })
    expect(await verified()).toMatchObject({ code: 0, out: expect.stringMatching(/can be read: \d+ rows/) })
    await flip(at('one/data.sealed'), 70_000)
    expect(await verified()).toMatchObject({
      code: 1,
      err: expect.stringMatching(/digest differs\. Damaged: bytes 65610 to 131162/),
    })
    expect(await restored()).toMatchObject({ code: 1, err: expect.stringMatching(/digest differs/) })
    expect(await verified('--or', at('two'))).toMatchObject({ code: 1, out: expect.stringContaining(`read from ${at('two')}`) })

    // Both are damaged, in different places: the head of one, a piece of the other, and its end.
    await flip(at('one/data.sealed'), 30)
    await flip(at('two/data.sealed'), 140_000)
    await truncate(at('two/data.sealed'), 200_000)
    await flip(at('keys-one/keys.sealed'), 100)
    const mixed = await restored('--or', at('two'), '--or-keys', at('keys-two'), '--json')
    expect(mixed).toMatchObject({ code: 0, answer: { messages: 4, damage: [] } })
    expect(mixed.answer.sources).toEqual([
      `keys.sealed was read from ${at('keys-two')}.`,
      expect.stringMatching(/^data\.sealed was put together: \d+ pieces from .*one, 1 pieces from .*two\.$/),
    ])
  })

  test('of the same place in both copies keeps a backup from being restored, and nothing is left behind', async () => {
    await backedUp()
    for (const copy of ['one', 'two']) await flip(at(`${copy}/data.sealed`), 70_000)
    const both = await restored('--or', at('two'))
    expect(both).toMatchObject({
      code: 1,
      err: expect.stringMatching(/damaged in every copy, between byte 65610 and byte 131162/),
    })
    expect(await restored('--or', at('two'), '--accept-damage')).toMatchObject({ code: 1 })
  })

  test('is not looked for by another identity, nor in two backups at once', async () => {
    await backedUp()
    await portal(here(), 'backup', 'keygen', at('other'))
    const other = await portal({}, 'backup', 'verify', at('one'), '--identity', at('other'))
    expect(other).toMatchObject({ code: 1, err: expect.stringMatching(/sealed to bak_/) })
    clinic.clock.advance(1)
    await portal(here(), 'backup', at('three'), '--keys-to', at('keys-three'), '--recipient', recipient)
    expect(await verified('--or', at('three'))).toMatchObject({ code: 1, err: expect.stringMatching(/two backups/) })
  })
})
