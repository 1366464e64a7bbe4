import { rm } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { hours, minutes } from '../../server/time.ts'
import { type ApiAnswer, apiClient, DEPOSITS, depositJson, expectProblem, laboratory } from '../support/api.ts'
import { type Clinic, depositRequest, textFile } from '../support/clinic.ts'
import { depositForm, depositPart, FORM_TYPE, filePart, formText, keptFiles, MIB, pdf } from '../support/files.ts'

const NOTHING = { objects: 0, waiting: 0 }

/** What Ada finds when she opens the message: name, type and content of each file. */
async function filesOf(clinic: Clinic, ada: Awaited<ReturnType<typeof laboratory>>['ada'], subject = 'Result') {
  await clinic.deliver()
  const { body } = await ada.opens(subject)
  return Promise.all(
    body.attachments.map(async ({ name, type, size }) => ({ name, type, size, bytes: await ada.fetches(subject, name) })),
  )
}

describe('a deposit as a form', () => {
  test('arrives with its files, small and large, in the order they came', async () => {
    const { clinic, lab, ada } = await laboratory()
    const [scan, plan] = [pdf(3 * MIB + 1), Buffer.from('Take one in the morning.')]
    const files = [
      { name: 'Befund März.pdf', bytes: scan },
      { name: 'plan.txt', bytes: plan },
    ]
    const answer = await lab.deposits(depositForm(files))
    expect(answer.status).toBe(201)
    expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 0 })
    const [first, second] = await filesOf(clinic, ada)
    expect(first).toMatchObject({ name: 'Befund März.pdf', type: 'application/pdf', size: scan.length })
    expect(first!.bytes.equals(scan)).toBe(true)
    expect(second).toMatchObject({ name: 'plan.txt', type: 'text/plain', size: plan.length })
    expect(second!.bytes.equals(plan)).toBe(true)
  })

  test('needs no files, and may hold attachments in its JSON, too', async () => {
    const { clinic, lab, ada } = await laboratory()
    const attachments = [{ name: 'a.txt', type: 'text/plain', data: Buffer.from('first').toString('base64') }]
    const deposit = depositJson({ message: { subject: 'Result', text: 'Fine.', attachments } })
    expect((await lab.deposits(depositForm([{ name: 'b.txt', bytes: Buffer.from('second') }], deposit))).status).toBe(201)
    expect((await filesOf(clinic, ada)).map(file => file.bytes.toString())).toEqual(['first', 'second'])
    expect((await lab.deposits(depositForm([], depositJson({ reference: 'OTHER' })))).status).toBe(201)
  })

  test('to two people keeps a large file once, for both', async () => {
    const { clinic, lab, ada } = await laboratory()
    const bo = clinic.patient('Bo Chen', 'bo@example.com')
    const recipients = [
      { email: 'ada@example.com', name: 'Ada Lopez' },
      { email: 'bo@example.com', name: 'Bo Chen' },
    ]
    const scan = pdf(MIB)
    await lab.deposits(depositForm([{ name: 'scan.pdf', bytes: scan }], depositJson({ recipients })))
    expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 0 })
    for (const person of [ada, bo]) expect((await filesOf(clinic, person))[0]!.bytes.equals(scan)).toBe(true)
  })

  test('sent again with its key answers the same text and keeps nothing more', async () => {
    const { clinic, lab } = await laboratory()
    const files = [{ name: 'scan.pdf', bytes: pdf(MIB) }]
    const headers = { 'idempotency-key': 'lab-1' }
    const first = await lab.deposits(depositForm(files), headers)
    const again = await lab.deposits(depositForm(files), headers)
    expect(again).toMatchObject({ status: 201, text: first.text })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 0 })
  })

  test('sent again with another file, file name or word is refused, and keeps nothing', async () => {
    const { clinic, lab } = await laboratory()
    const bytes = pdf(MIB)
    const headers = { 'idempotency-key': 'lab-1' }
    await lab.deposits(depositForm([{ name: 'scan.pdf', bytes }]), headers)
    const others = [
      depositForm([{ name: 'scan.pdf', bytes: pdf(MIB) }]),
      depositForm([{ name: 'other.pdf', bytes }]),
      depositForm([{ name: 'scan.pdf', bytes }], depositJson({ reference: 'OTHER' })),
      depositForm([]),
    ]
    for (const other of others) expectProblem(await lab.deposits(other, headers), 422, 'idempotency_key_reused')
    expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 0 })
  })

  test('twenty times at once with one key makes one deposit and keeps one object', async () => {
    const { clinic, lab } = await laboratory()
    const files = [{ name: 'scan.pdf', bytes: pdf(MIB) }]
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => lab.deposits(depositForm(files), { 'idempotency-key': 'once' })),
    )
    const made = answers.filter(answer => answer.status === 201)
    expect(new Set(made.map(answer => answer.text)).size).toBe(1)
    for (const other of answers.filter(answer => answer.status !== 201)) expectProblem(other, 409, 'idempotency_running')
    expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 0 })
  })

  test('without a key is refused before any of it is read', async () => {
    const { lab } = await laboratory()
    const body = new ReadableStream(
      {
        pull() {
          throw new Error('It was read.')
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    expectProblem(await lab.call('POST', DEPOSITS, { body, headers }), 400, 'idempotency_key_missing')
  })

  test('of credentials that may not deposit is refused before any of it is kept', async () => {
    const { clinic } = await laboratory()
    const reader = await apiClient(clinic, ['read'], 'Reader')
    expectProblem(await reader.deposits(depositForm([{ name: 'a.pdf', bytes: pdf(MIB) }])), 403, 'forbidden')
    expect(await keptFiles(clinic)).toEqual(NOTHING)
  })
})

test('who sends more forms at once than may be is asked to wait, and nobody else is', async () => {
  const { clinic, lab } = await laboratory()
  const other = await apiClient(clinic, undefined, 'Radiology')
  const isOver = Promise.withResolvers<void>()
  const slow = () =>
    new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from(formText([depositPart()], '')))
        await isOver.promise
        controller.enqueue(Buffer.from('--x--\r\n'))
        controller.close()
      },
    })
  const sent = Array.from({ length: 33 }, () => lab.deposits(slow(), FORM_TYPE))
  expectProblem(await Promise.race(sent), 429, 'too_many_requests')
  expect((await other.deposits(depositForm([]))).status).toBe(201)
  isOver.resolve()
  expect((await Promise.all(sent)).map(({ status }) => status).sort()).toEqual([...Array(32).fill(201), 429])
  expect((await lab.deposits(depositForm([]))).status).toBe(201)
})

const inBase64 = (part: string) => `Content-Transfer-Encoding: base64\r\n${part}`

describe('a form that is not right', () => {
  const wrong: [string, string[], number, string, string?][] = [
    ['holds no deposit', [filePart('a.txt', 'a')], 422, 'invalid', 'deposit'],
    ['is empty', [], 422, 'invalid', 'deposit'],
    ['holds a file before its deposit', [filePart('a.txt', 'a'), depositPart()], 422, 'invalid', 'deposit'],
    ['holds its deposit twice', [depositPart(), depositPart()], 422, 'invalid', 'deposit'],
    [
      'holds a part nobody knows',
      [depositPart(), 'Content-Disposition: form-data; name="note"\r\n\r\nhello'],
      422,
      'invalid',
      'note',
    ],
    ['holds a file under another name', [depositPart(), filePart('a.txt', 'a', 'picture')], 422, 'invalid', 'picture'],
    ['holds a file without a file name', [depositPart(), filePart('', 'a')], 422, 'invalid', 'file'],
    ['holds a deposit that is no JSON', ['Content-Disposition: form-data; name="deposit"\r\n\r\n{'], 400, 'malformed'],
    ['holds a deposit that is no UTF-8', ['Content-Disposition: form-data; name="deposit"\r\n\r\n"\ufffd"'], 400, 'malformed'],
    ['holds a field we do not know', [depositPart(depositJson({ nobody: 1 }))], 422, 'invalid', '/nobody'],
    ['holds a part without a name', [depositPart(), 'Content-Disposition: form-data\r\n\r\nhello'], 422, 'invalid', ''],
    ['holds a file in base64', [depositPart(), inBase64(filePart('a.txt', 'aGVsbG8='))], 415, 'unsupported_type'],
    ['holds its deposit in base64', [inBase64(depositPart())], 415, 'unsupported_type'],
    ['holds too many files', [depositPart(), ...Array(22).fill(filePart('a.txt', 'a'))], 413, 'too_large'],
    [
      'holds a file more than a deposit may',
      [depositPart(), ...Array(21).fill(filePart('a.txt', 'a'))],
      422,
      'invalid',
      '/message/attachments',
    ],
    ['holds a deposit of five megabytes', [depositPart(depositJson({ reference: 'x'.repeat(5 * MIB) }))], 413, 'too_large'],
  ]

  test.each(wrong)('because it %s is refused', async (_why, parts, status, code, pointer) => {
    const { clinic, lab } = await laboratory()
    const answer = await lab.deposits(formText(parts), FORM_TYPE)
    expectProblem(answer, status, code)
    if (pointer !== undefined) expect(pointersOf(answer)).toContain(pointer)
    expect(await keptFiles(clinic)).toEqual(NOTHING)
  })

  test('because it ends in the middle is refused', async () => {
    const { clinic, lab } = await laboratory()
    const cut = formText([depositPart(), filePart('a.pdf', 'x'.repeat(MIB))], '')
    expectProblem(await lab.deposits(cut, FORM_TYPE), 400, 'malformed')
    expect(await keptFiles(clinic)).toEqual(NOTHING)
  })

  test('because its type says no boundary, or it is compressed, is refused', async () => {
    const { lab } = await laboratory()
    expectProblem(await lab.deposits('x', { 'content-type': 'multipart/form-data' }), 400, 'malformed')
    const compressed = { ...FORM_TYPE, 'content-encoding': 'gzip' }
    expectProblem(await lab.deposits(formText([depositPart()]), compressed), 415, 'unsupported_type')
  })

  test('is told so though large files came before the mistake, and none of them stays', async () => {
    const { clinic, lab } = await laboratory()
    const form = depositForm([{ name: 'scan.pdf', bytes: pdf(MIB) }])
    form.append('picture', new Blob(['x']), 'x.png')
    expectProblem(await lab.deposits(form), 422, 'invalid')
    const expired = depositForm([{ name: 'scan.pdf', bytes: pdf(MIB) }], depositJson({ expiresAt: '2020-01-01T00:00:00Z' }))
    expectProblem(await lab.deposits(expired), 422, 'invalid')
    expect(await keptFiles(clinic)).toEqual(NOTHING)
  })

  const pointersOf = ({ json }: ApiAnswer) => (json.errors as { pointer: string }[]).map(({ pointer }) => pointer)
})

describe('files past their limits', () => {
  test('are refused as soon as they are, and what came of them is gone', async () => {
    const { clinic, lab } = await laboratory()
    clinic.parts.settings.uploads = { fileBytes: 2 * MIB, depositBytes: 3 * MIB }
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      start: controller => controller.enqueue(Buffer.from(formText([depositPart()], `--x\r\n${filePart('a.bin', '')}`))),
      pull(controller) {
        sent += MIB
        controller.enqueue(new Uint8Array(MIB))
      },
    })
    expectProblem(await lab.deposits(endless, FORM_TYPE), 413, 'too_large')
    expect(sent).toBeLessThan(8 * MIB)
    expect(await keptFiles(clinic)).toEqual(NOTHING)
  })

  test('together are refused, where each of them would do', async () => {
    const { clinic, lab } = await laboratory()
    clinic.parts.settings.uploads = { fileBytes: 2 * MIB, depositBytes: 3 * MIB }
    const two = [pdf(1.5 * MIB), pdf(1.6 * MIB)].map((bytes, i) => ({ name: `${i}.pdf`, bytes }))
    expectProblem(await lab.deposits(depositForm(two)), 413, 'too_large')
    expect((await lab.deposits(depositForm(two.slice(1)))).status).toBe(201)
    expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 0 })
  })
})

describe('the sweep', () => {
  test('removes what no deposit has named within an hour, and nothing that one has', async () => {
    const { clinic, lab, ada } = await laboratory()
    const bytes = pdf(MIB)
    await lab.deposits(depositForm([{ name: 'scan.pdf', bytes }]))
    const asking = { client: clinic.gateway }
    const pieces = async function* () {
      yield pdf(MIB)
    }
    const received = await clinic.portal.receiveFile(asking, { name: 'lost.pdf' }, pieces())
    expect(received).toMatchObject({ name: 'lost.pdf', size: MIB })
    clinic.clock.advance(minutes(59))
    expect(await clinic.portal.sweepFiles()).toBe(0)
    clinic.clock.advance(minutes(2))
    expect(await clinic.portal.sweepFiles()).toBe(1)
    clinic.clock.advance(hours(1000))
    expect(await clinic.portal.sweepFiles()).toBe(0)
    expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 0 })
    clinic.clock.advance(-hours(1000))
    expect((await filesOf(clinic, ada))[0]!.bytes.equals(bytes)).toBe(true)
  })

  test('that finds an object missing tells of it', async () => {
    const { clinic, lab } = await laboratory()
    await lab.deposits(depositForm([{ name: 'scan.pdf', bytes: pdf(MIB) }]))
    expect(await clinic.portal.checkFiles()).toBe(0)
    expect(clinic.log.filter(({ event }) => event === 'file.missing')).toEqual([])
    await rm(`${clinic.storage.directory}/parts`, { recursive: true })
    await clinic.portal.checkFiles()
    expect(clinic.log.filter(({ event }) => event === 'file.missing')).toHaveLength(1)
  })
})

test('a file that somebody else received cannot be named, nor dropped', async () => {
  const { clinic, lab } = await laboratory()
  const pieces = async function* () {
    yield pdf(MIB)
  }
  const received = await clinic.portal.receiveFile({ client: clinic.gateway }, { name: 'scan.pdf' }, pieces())
  const other = await clinic.portal.authenticateClient(`Bearer ${lab.apiKey}`)
  const request = { ...depositRequest('Result', [{ name: 'Ada Lopez', address: 'ada@example.com' }]), files: [received] }
  const key = { key: 'k', bodyHash: 'h' }
  await expect(clinic.portal.deposit(other, request, key)).rejects.toMatchObject({ code: 'conflict' })
  await clinic.portal.dropFiles({ client: other }, 'staged' in received ? [received.staged] : [])
  expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 1 })
  expect((await clinic.portal.deposit(clinic.gateway, request, key)).replayed).toBe(false)
  expect(await keptFiles(clinic)).toEqual({ objects: 1, waiting: 0 })
})

test('JSON deposits hold their attachments as before', async () => {
  const { clinic, lab, ada } = await laboratory()
  const data = textFile('a.txt', 'hello')
  const attachments = [{ name: data.name, type: data.type, data: Buffer.from(data.bytes).toString('base64') }]
  expect((await lab.deposits(depositJson({ message: { subject: 'Result', text: 'Fine.', attachments } }))).status).toBe(201)
  expect((await filesOf(clinic, ada))[0]).toMatchObject({ name: 'a.txt', type: 'text/plain', size: 5 })
  expect(await keptFiles(clinic)).toEqual(NOTHING)
})
