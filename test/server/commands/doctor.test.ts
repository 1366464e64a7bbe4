import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
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
