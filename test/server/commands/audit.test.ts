import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { atATerminal } from './at-a-terminal.ts'

async function withTrail() {
  const terminal = await atATerminal()
  const { folder, portal, answer } = terminal
  await answer('organization', 'create', '--name', 'North Clinic')
  await answer('organization', 'create', '--name', 'South Clinic')
  const { key } = await answer('audit', 'key')
  const exported = join(folder, 'export')
  /** Verifies as a stranger would: with settings that could not be used for anything. */
  const stranger = await atATerminal({ PORTAL_ENV: 'nonsense', PORTAL_DATA: '/nowhere' })
  return {
    ...terminal,
    key: key!,
    exported,
    portal,
    verify: (...more: string[]) => stranger.portal('audit', 'verify', exported, ...more),
  }
}

const edit = async (file: string, change: (text: string) => string) => writeFile(file, change(await readFile(file, 'utf8')))

describe('the public key', () => {
  test('is printed alone, the same each time, in the form that verifiers read', async () => {
    const { portal } = await atATerminal()
    await portal('migrate')
    const { code, out } = await portal('audit', 'key')
    expect(code).toBe(0)
    expect(out).toMatch(/^localhost\/restante-trail\+[0-9a-f]{8}\+\S{44}\n$/)
    expect((await portal('audit', 'key')).out).toBe(out)
  })
})

describe('an export', () => {
  test('is proven with the public key alone, without database or settings', async () => {
    const { portal, exported, verify, key, folder } = await withTrail()
    expect(await portal('audit', 'export', exported)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('3 entries and 1 checkpoints'),
    })
    expect(await verify('--key', key)).toMatchObject({ code: 0, err: '', out: 'All 3 entries are proven, by 1 checkpoint.\n' })
    await writeFile(join(folder, 'key.txt'), `${key}\n`)
    const { code, out } = await verify('--key', join(folder, 'key.txt'), '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ ok: true, entries: 3, proven: 3, checkpoints: 1, problems: [], warnings: [] })
  })

  test('tells of itself: its last entry is that it was made', async () => {
    const { portal, exported } = await withTrail()
    await portal('audit', 'export', exported)
    const lines = (await readFile(join(exported, 'entries.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ action: 'trail.exported', actor: { kind: 'operator' } })
  })

  test('is not written into a folder that holds something, and nothing is recorded then', async () => {
    const { portal, answer, exported } = await withTrail()
    await mkdir(exported)
    await writeFile(join(exported, 'mine.txt'), '')
    const before = await answer<{ size: number }>('audit', 'checkpoint')
    expect(await portal('audit', 'export', exported)).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') })
    expect(await readdir(exported)).toEqual(['mine.txt'])
    expect(await answer('audit', 'checkpoint')).toMatchObject({ size: before.size })
  })

  test('that was edited is not proven: each thing that is wrong has its line, and the end is 1', async () => {
    const { portal, exported, verify, key } = await withTrail()
    await portal('audit', 'export', exported)
    await edit(join(exported, 'entries.jsonl'), text => text.replace('organization.created', 'organization.removed'))
    const said = await verify('--key', key)
    expect(said.code).toBe(1)
    expect(said.out).toMatch(/^WRONG {3}entries 0 to 2: They are not what checkpoint 1, at size 3, was signed for.*\n$/)
    expect(said.err).toBe('portal audit verify: Something is wrong, and stands above. Proven all the same: 0 of 3 entries.\n')
  })

  test.each(['entries.jsonl', 'checkpoints.txt'])('without its %s is not proven', async file => {
    const { portal, exported, verify, key } = await withTrail()
    await portal('audit', 'export', exported)
    await rm(join(exported, file))
    expect(await verify('--key', key)).toMatchObject({ code: 1, out: `WRONG   ${file}: This file is missing.\n` })
  })

  test('is not proven with the key of another portal', async () => {
    const { portal, exported, verify } = await withTrail()
    await portal('audit', 'export', exported)
    const other = await atATerminal()
    await other.portal('migrate')
    const { key } = await other.answer('audit', 'key')
    expect(await verify('--key', key!)).toMatchObject({ code: 1, out: expect.stringContaining('signed by another key') })
  })
})

describe('an earlier checkpoint', () => {
  test('is printed to be kept somewhere else, and proves later that nothing before it changed', async () => {
    const { portal, answer, exported, verify, key, folder } = await withTrail()
    const { out } = await portal('audit', 'checkpoint')
    const file = join(folder, 'kept.txt')
    await writeFile(file, out)
    await answer('organization', 'create', '--name', 'West Clinic')
    await portal('audit', 'export', exported)
    expect(await verify('--key', key, '--checkpoint', file)).toMatchObject({
      code: 0,
      out: 'All 4 entries are proven, by 3 checkpoints.\n',
    })
    await writeFile(file, out.slice(0, -20))
    expect(await verify('--key', key, '--checkpoint', file)).toMatchObject({ code: 1 })
    await writeFile(file, '')
    expect(await verify('--key', key, '--checkpoint', file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not hold checkpoints'),
    })
  })

  test('without an entry there is nothing to sign', async () => {
    const { portal } = await atATerminal()
    await portal('migrate')
    expect(await portal('audit', 'checkpoint')).toMatchObject({ code: 1, err: expect.stringContaining('The trail is empty') })
  })
})

describe("yesterday's database put back", () => {
  async function putBack() {
    const trail = await withTrail()
    const database = join(trail.env.PORTAL_DATA!, 'portal.db')
    const yesterday = join(trail.folder, 'yesterday.db')
    await cp(database, yesterday)
    await trail.answer('organization', 'create', '--name', 'West Clinic')
    await trail.answer('audit', 'checkpoint')
    for (const end of ['-wal', '-shm']) await rm(`${database}${end}`, { force: true })
    await cp(yesterday, database)
    return trail
  }
  const reason =
    'The trail holds 2 entries, but a checkpoint was signed at 3: entries were removed, or an older database was put back.'

  test('is never signed, and the doctor says why', async () => {
    const { portal } = await putBack()
    expect(await portal('audit', 'checkpoint')).toMatchObject({ code: 1, out: '', err: `portal audit checkpoint: ${reason}\n` })
    const { code, out } = await portal('doctor', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out).findings).toContainEqual({ check: 'trail', state: 'wrong', message: reason })
  })

  test('is exported all the same, as evidence, but unsigned and with a failure at the end', async () => {
    const { portal, exported, verify, key } = await putBack()
    const said = await portal('audit', 'export', exported)
    expect(said.code).toBe(1)
    expect(said.err).toContain('The export is not signed.')
    expect(await verify('--key', key)).toMatchObject({ code: 1 })
  })
})
