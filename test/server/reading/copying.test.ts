import { expect, test } from 'vitest'
import { type CopyFormat, saveCopy } from '../../../server/copy.ts'
import { viewHistory } from '../../../server/history.ts'
import { openMessage } from '../../../server/reading.ts'
import { reply } from '../../../server/reply.ts'
import { retract } from '../../../server/retraction.ts'
import { BEN, type Clinic, clinic, type DepositOrder, instead, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

const FILES = [
  { name: 'plan für Ada.txt', type: 'text/plain', bytes: new TextEncoder().encode('Walk.\n'.repeat(50_000)) },
  { name: 'photo.bin', type: 'application/octet-stream', bytes: Uint8Array.from({ length: 1_000 }, (_, i) => i % 256) },
]

async function opened(of: Clinic, order: DepositOrder = {}) {
  const [one] = await of.deposits(order)
  await openMessage(of.parts, of.ada, one!.id)
  return one!
}

async function copyOf(of: Clinic, id: string, format: CopyFormat, language = 'en'): Promise<string> {
  const { content } = await saveCopy(of.parts, of.ada, id, { format, language })
  return Buffer.concat(await Array.fromAsync(content)).toString('utf8')
}

/** Headers of a mail with folded lines put together, and its parts, decoded. */
function taken(mail: string) {
  const [head = ''] = mail.split('\r\n\r\n', 1)
  const headers = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  const boundaries = [...mail.matchAll(/boundary="([^"]+)"/g)].map(([, boundary]) => boundary!)
  const parts = mail
    .split(new RegExp(`--(?:${boundaries.map(one => one.replaceAll(/\W/g, '\\$&')).join('|')})(?:--)?\\r\\n`))
    .slice(1)
    .map(part => {
      const split = part.indexOf('\r\n\r\n')
      const [partHead, body] = [part.slice(0, split), part.slice(split + 4)]
      const lines = body.replaceAll('=\r\n', '') // quoted-printable
      return { head: partHead, bytes: Buffer.from(body, /base64/.test(partHead) ? 'base64' : 'utf8'), body: lines }
    })
  return { headers, parts }
}

test('a copy as an e-mail holds the message and its files, and says what it is and who saved it', async () => {
  const of = await clinic()
  const { id, createdAt } = await opened(of, {
    message: { from: { name: 'Dr. Cole', email: 'cole@example.com' }, html: '<p>All is <b>well</b>.</p>', attachments: FILES },
  })
  const { name, type } = await saveCopy(of.parts, of.ada, id, { format: 'eml', language: 'en' })
  expect([name, type]).toEqual([`message-${new Date(createdAt).toISOString().slice(0, 10)}.eml`, 'message/rfc822'])
  const mail = await copyOf(of, id, 'eml')
  const { headers, parts } = taken(mail)
  expect(headers).toEqual(
    expect.arrayContaining([
      'From: "Dr. Cole" <cole@example.com>',
      'To: Ada Lopez <ada@example.com>',
      'Subject: Result',
      expect.stringMatching(new RegExp(`^X-Restante-Copy: message=${id}; portal=portal.example; saved=2026-`)),
    ]),
  )
  const text = parts.find(part => part.head.includes('text/plain') && !part.head.includes('attachment'))!
  expect(text.body).toMatch(/This is a copy from portal\.example\. It was saved by Ada Lopez on .*Eastern/s)
  expect(text.body).toContain('Anyone who can open this file can read it.')
  expect(text.body).toContain('All is well.')
  const files = parts.filter(part => part.head.includes('attachment'))
  expect(files.map(file => Buffer.compare(file.bytes, Buffer.from(FILES[files.indexOf(file)]!.bytes)))).toEqual([0, 0])
  expect(files[0]!.head).toMatch(/plan%20f%C3%BCr%20Ada\.txt/)
})

test('hostile names and subjects stay on their lines, whatever they hold', async () => {
  const of = await clinic()
  const { id } = await opened(of)
  const evil = 'x\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>\u2028\u202e"; filename="a.exe'
  const store: typeof of.store = {
    ...of.store,
    read: work =>
      of.store.read(tx =>
        work(
          instead(tx, {
            messages: {
              ...tx.messages,
              content: async message => ({ ...(await tx.messages.content(message)), subject: evil, from: { name: evil } }),
              headings: async all => new Map(all.map(one => [one.id, { subject: evil, from: { name: evil } }])),
            },
          }),
        ),
      ),
  }
  const saved = async (format: CopyFormat) => {
    const { content } = await saveCopy({ ...of.parts, store }, { ...of.ada, name: evil }, id, { format, language: 'en' })
    return Buffer.concat(await Array.fromAsync(content)).toString('utf8')
  }
  const names = taken(await saved('eml')).headers.map(line => line.split(':')[0])
  expect(names.filter(name => name === 'Bcc')).toEqual([])
  expect(new Set(names).size).toBe(names.length)
  expect(names.every(name => /^[A-Za-z-]+$/.test(name!))).toBe(true)
  expect(await saved('html')).not.toContain('<script')
})

test('a copy as a page shows itself, fetches nothing, runs nothing, and names its files without holding them', async () => {
  const of = await clinic()
  const { id } = await opened(of, {
    message: { subject: 'A <b>bold</b> "result"', attachments: FILES, html: '<p>All is <b>well</b>.</p>' },
  })
  const page = await copyOf(of, id, 'html')
  expect(page).toMatch(
    /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;/,
  )
  expect(page).toContain('This is a copy from portal.example. It was saved by Ada Lopez on')
  expect(page).toContain('A &lt;b&gt;bold&lt;/b&gt; &quot;result&quot;')
  expect(page).toContain('<p>All is <b>well</b>.</p>')
  expect(page).toContain('plan für Ada.txt')
  expect(page).not.toMatch(/<script|src=|url\(|Walk\./)
  expect(page).not.toMatch(/<title>[^<]*bold/)
  expect(await copyOf(of, id, 'html', 'es')).toContain('Cualquiera que pueda abrir este archivo puede leerlo.')
})

test('each copy is in the trail before its first byte; files that leave in it count as fetched', async () => {
  const of = await clinic()
  const { id } = await opened(of, { message: { attachments: FILES } })
  await saveCopy(of.parts, of.ada, id, { format: 'html', language: 'en' })
  expect(await of.stagesOf(id)).toEqual(['opened'])
  await saveCopy(of.parts, of.ada, id, { format: 'eml', language: 'en' })
  expect(await of.stagesOf(id)).toEqual(['opened', 'attachment_fetched', 'attachment_fetched'])
  const copies = (await of.entriesOf(id)).filter(({ action }) => action === 'message.copied')
  expect(copies.map(({ detail }) => detail)).toEqual([{ format: 'html' }, { format: 'eml' }])
  const { lines } = await viewHistory(of.parts, of.ada, { message: id })
  expect(lines.filter(({ event }) => event === 'copied').map(({ detail }) => detail)).toEqual(['eml', 'html'])
  const dark = { ...of.parts, store: withoutTrail(of.store) }
  await expect(saveCopy(dark, of.ada, id, { format: 'eml', language: 'en' })).rejects.toThrow('no space left')
})

test('taken back while it is saved, no file leaves any more, and the copy breaks off', async () => {
  const of = await clinic()
  const { id, deposit } = await opened(of, { message: { attachments: FILES } })
  const { content } = await saveCopy(of.parts, of.ada, id, { format: 'eml', language: 'en' })
  await retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'other', tellRecipient: true })
  expect(await refusalOf(Array.fromAsync(content))).toMatchObject({ code: 'retracted' })
})

test('who leaves in the middle leaves no file open', async () => {
  const of = await clinic()
  const { id } = await opened(of, { message: { attachments: FILES } })
  let open = 0
  const store: typeof of.store = {
    ...of.store,
    async *attachmentContent(attachment, range) {
      open += 1
      try {
        yield* of.store.attachmentContent(attachment, range)
      } finally {
        open -= 1
      }
    },
  }
  const { content } = await saveCopy({ ...of.parts, store }, of.ada, id, { format: 'eml', language: 'en' })
  const reading = content[Symbol.asyncIterator]()
  let bytes = 0
  while (bytes < 10_000) bytes += (await reading.next()).value!.length
  await reading.return?.()
  await expect.poll(() => open).toBe(0)
})

test('one’s own answer can be saved; nobody else’s message, no unopened one, and none that is over', async () => {
  const of = await clinic()
  const { id, deposit } = await opened(of)
  const answer = await reply(of.parts, of.ada, id, { text: 'Thank you', files: [] })
  expect(taken(await copyOf(of, answer.id, 'eml')).headers).toContain('To: North Clinic <no-address@copy.invalid>')
  const wish = { format: 'eml', language: 'en' }
  const missing = await refusalOf(saveCopy(of.parts, of.ada, 'msg_none', wish))
  expect(missing).toMatchObject({ code: 'not_found' })
  for (const other of [await of.sends('Unopened'), await of.sends('For Ben', { to: [BEN] })])
    expect(await refusalOf(saveCopy(of.parts, of.ada, other, wish))).toEqual(missing)
  expect(await refusalOf(saveCopy(of.parts, onlyMailbox(of.ada), id, wish))).toMatchObject({ code: 'sign_in_required' })
  expect(await refusalOf(saveCopy(of.parts, of.north.drCole, id, wish))).toMatchObject({ code: 'forbidden' })
  expect(await refusalOf(saveCopy(of.parts, of.ada, id, { ...wish, format: 'exe' }))).toMatchObject({ code: 'invalid' })
  await retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'other', tellRecipient: true })
  expect(await refusalOf(saveCopy(of.parts, of.ada, id, wish))).toMatchObject({ code: 'retracted' })
})
