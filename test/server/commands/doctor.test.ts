import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { makeFirstRelease } from '../../storage/migrations/first-release.ts'
import { atATerminal } from './at-a-terminal.ts'

interface Examined {
  ok: boolean
  findings: { check: string; state: string; message: string }[]
}

async function examined(terminal: Awaited<ReturnType<typeof atATerminal>>) {
  const { code, out } = await terminal.portal('doctor', '--json')
  const { ok, findings } = JSON.parse(out) as Examined
  expect(code).toBe(ok ? 0 : 1)
  return Object.fromEntries(findings.map(({ check, state, message }) => [check, `${state}: ${message}`]))
}

/** Its folder is there, and nothing in it. */
async function databaseOf({ env }: Awaited<ReturnType<typeof atATerminal>>) {
  await mkdir(env.PORTAL_DATA!)
  const file = join(env.PORTAL_DATA!, 'portal.db')
  const tables = () => {
    const database = new BetterSqlite(file, { readonly: true })
    const names = database.prepare('select name from sqlite_schema order by name').pluck().all()
    database.close()
    return names
  }
  return { file, tables }
}

describe('the doctor', () => {
  test('finds nothing wrong with a machine where nothing has started yet, and makes nothing there', async () => {
    const terminal = await atATerminal()
    expect(await examined(terminal)).toEqual({
      settings: 'ok: development, http://localhost:3000',
      folder: expect.stringMatching(/^note: .* is not there yet/),
      database: expect.stringMatching(/^note: .* is not there yet/),
      mail: 'note: Letters are caught and shown at /dev/mailbox.',
    })
  })

  test('finds a portal that is in use well', async () => {
    const terminal = await atATerminal()
    await terminal.answer('organization', 'create', '--name', 'North Clinic')
    await terminal.answer('audit', 'checkpoint')
    expect(await examined(terminal)).toMatchObject({
      folder: expect.stringMatching(/^ok: /),
      database: 'ok: It answers, its schema is current, and the root key is the right one.',
      trail: 'ok: 1 entries, signed up to 1; the last 1 are whole.',
    })
  })

  test('makes no portal in a file that has nothing in it, and no tables in one of an older version', async () => {
    const terminal = await atATerminal()
    const { file, tables } = await databaseOf(terminal)
    await writeFile(file, '')
    expect(await examined(terminal)).toMatchObject({
      database: 'note: There is no portal in it yet; it is made on the first start.',
    })
    expect(tables()).toEqual([])
    await rm(file)
    await makeFirstRelease(`sqlite:${file}`)
    const before = tables()
    expect(await examined(terminal)).toMatchObject({
      database: 'wrong: The database has not been migrated: run `portal migrate` first.',
    })
    expect(tables()).toEqual(before)
  })

  test('tries whether large files can be kept, and leaves none', async () => {
    const terminal = await atATerminal()
    const parts = join(terminal.folder, 'files')
    Object.assign(terminal.env, { PART_STORE: `directory:${parts}` })
    await terminal.answer('organization', 'create', '--name', 'North Clinic')
    expect(await examined(terminal)).toMatchObject({ files: `ok: Large files can be kept in ${parts}.` })
    const left = await readdir(parts, { recursive: true, withFileTypes: true })
    expect(left.filter(entry => entry.isFile())).toEqual([])
    await rm(parts, { recursive: true })
    await writeFile(parts, 'a file where the folder should be')
    expect(await examined(terminal)).toMatchObject({ files: expect.stringMatching(/^wrong: Files cannot be kept .* PART_STORE/) })
  })

  test('tells of a root key that is not the one the database was sealed with', async () => {
    const terminal = await atATerminal()
    await terminal.answer('organization', 'create', '--name', 'North Clinic')
    await rm(join(terminal.env.PORTAL_DATA!, 'root.key'))
    expect(await examined(terminal)).toMatchObject({ database: expect.stringMatching(/^wrong: The root key is not the one/) })
  })

  test('tells of a file that is no database', async () => {
    const terminal = await atATerminal()
    await terminal.answer('organization', 'create', '--name', 'North Clinic')
    await writeFile(join(terminal.env.PORTAL_DATA!, 'portal.db'), 'x'.repeat(10_000))
    expect(await examined(terminal)).toMatchObject({ database: expect.stringMatching(/^wrong: /) })
  })

  test('tells of a mail server that does not answer', async () => {
    expect(await examined(await atATerminal({ SMTP_URL: 'smtp://127.0.0.1:9' }))).toMatchObject({
      mail: 'wrong: The mail server does not answer, or refuses our name and password.',
    })
  })

  test('tells of settings that cannot be used, and of a name that is none', async () => {
    expect(await examined(await atATerminal({ PORTAL_ENV: 'production' }))).toEqual({
      settings: expect.stringMatching(/^wrong: .*PORTAL_ORIGIN.*PORTAL_ROOT_KEY.*SMTP_URL/),
    })
    expect(await examined(await atATerminal({ PORTAL_ORGIN: 'x' }))).toMatchObject({
      settings: 'note: PORTAL_ORGIN is set, but there is no such setting.',
    })
  })
})
