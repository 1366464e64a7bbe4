import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCaughtMail } from '../../../server/mail/preview.ts'
import type { Mail } from '../../../server/mailer.ts'
import { NEW_YEAR } from '../../support/storage.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restante-mailbox-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const mailbox = () => openCaughtMail(join(folder, 'mailbox'), () => NEW_YEAR)
const letter = (subject: string): Mail => ({
  ...{ to: 'ada@example.com', from: 'notices@portal.example', returnPath: 'notices@portal.example', subject },
  ...{ text: 'Hello', html: '<p>Hello</p>', messageId: `<${subject}@portal.example>`, language: 'en' },
})

test('caught mail is listed newest first, in the shape of /dev/mailbox.json', async () => {
  const mail = mailbox()
  expect(await mail.list()).toEqual([])
  expect(await mail.send(letter('one'))).toEqual({ outcome: 'sent', answer: '250 caught' })
  await mail.send(letter('two'))
  expect(await mail.list()).toEqual([
    {
      ...{ to: 'ada@example.com', from: 'notices@portal.example', subject: 'two', text: 'Hello', html: '<p>Hello</p>' },
      ...{ at: '2026-01-01T00:00:00.000Z', messageId: '<two@portal.example>' },
    },
    expect.objectContaining({ subject: 'one' }),
  ])
})

test('caught mail survives a restart, and new mail comes after it', async () => {
  await mailbox().send(letter('before'))
  const mail = mailbox()
  await mail.send(letter('after'))
  expect((await mail.list()).map(({ subject }) => subject)).toEqual(['after', 'before'])
})

test('letters that arrive together keep their order and none is lost', async () => {
  const mail = mailbox()
  await Promise.all(Array.from({ length: 20 }, (_, number) => mail.send(letter(String(number)))))
  expect((await mail.list()).map(({ subject }) => Number(subject))).toEqual(
    Array.from({ length: 20 }, (_, number) => 19 - number),
  )
})

test('two processes that catch letters at once lose none, while a third looks', async () => {
  const all = [mailbox(), mailbox(), mailbox()]
  const catching = all.slice(0, 2).flatMap((mail, who) => Array.from({ length: 120 }, (_, i) => mail.send(letter(`${who}-${i}`))))
  const looking = Array.from({ length: 20 }, () => all[2]!.list())
  await Promise.all([...catching, ...looking])
  const subjects = (await all[2]!.list()).map(({ subject }) => subject)
  expect(subjects).toHaveLength(200)
  expect(new Set(subjects).size).toBe(200)
  expect(subjects).toEqual(expect.arrayContaining(['0-119', '1-119']))
})

test('the newest two hundred are kept, on disk too', async () => {
  const mail = mailbox()
  for (let number = 1; number <= 205; number++) await mail.send(letter(String(number)))
  const subjects = (await mail.list()).map(({ subject }) => subject)
  expect(subjects).toHaveLength(200)
  expect([subjects.at(0), subjects.at(-1)]).toEqual(['205', '6'])
  expect(await readdir(join(folder, 'mailbox'))).toHaveLength(200)
})

test('a file that was cut short hides no other, and foreign files are left alone', async () => {
  const mail = mailbox()
  await mail.send(letter('one'))
  await writeFile(join(folder, 'mailbox', '0000000002.json'), '{"to":"ada@exa')
  await writeFile(join(folder, 'mailbox', 'notes.txt'), 'mine')
  await mail.send(letter('three'))
  expect((await mail.list()).map(({ subject }) => subject)).toEqual(['three', 'one'])
})

test('nobody but the owner can read caught mail', async () => {
  await mailbox().send(letter('one'))
  const mode = async (path: string) => (await stat(path)).mode & 0o777
  expect(await mode(join(folder, 'mailbox'))).toBe(0o700)
  expect(await mode(join(folder, 'mailbox', '0000000001.json'))).toBe(0o600)
})
