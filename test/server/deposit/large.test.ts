import { createHash, randomBytes } from 'node:crypto'
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { expect, test } from 'vitest'
import { DEPOSIT_ANSWER, JWKS_ANSWER } from '../../../server/api/shapes.ts'
import { ensureDepositKeys } from '../../../server/deposit-keys.ts'
import { days } from '../../../server/time.ts'
import { apiCall, DEPOSITS, depositJson, expectProblem, laboratory } from '../../support/api.ts'

// Large enough to be taken apart beside the event loop, and sealed before the transaction.
const SCAN = randomBytes(400_000)
const withScan = (more: Record<string, unknown> = {}) => ({
  ...{ subject: 'Result', text: 'All is well.' },
  attachments: [{ name: 'scan.bin', type: 'application/octet-stream', data: SCAN.toString('base64') }],
  ...more,
})
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test('a large file in JSON reaches the reader as it was, lies outside of the database, and is deposited once', async () => {
  const { clinic, lab, ada } = await laboratory()
  const headers = { 'idempotency-key': 'scan-1' }
  const made = await lab.deposits(depositJson({ message: withScan() }), headers)
  expect(made.status).toBe(201)
  const again = await lab.deposits(depositJson({ message: withScan() }), headers)
  expect(again).toMatchObject({ status: 201, text: made.text })
  expectProblem(await lab.deposits(depositJson({ message: withScan({ text: 'Else.' }) }), headers), 422, 'idempotency_key_reused')

  const [message] = DEPOSIT_ANSWER.parse(made.json).messages
  await clinic.deliver()
  await ada.opens('Result')
  const [file] = await clinic.parts.store.read(tx => tx.attachments.ofMessage(message!.id))
  expect(file).toMatchObject({ name: 'scan.bin', size: SCAN.length })
  const pieces: Uint8Array[] = []
  for await (const piece of clinic.parts.store.attachmentContent(file!)) pieces.push(Buffer.from(piece))
  expect(sha256(Buffer.concat(pieces))).toBe(sha256(SCAN))
  expect((await clinic.parts.store.checkObjects(clinic.clock.read() + days(1))).missing).toEqual([])
})

test('a large file that was sealed, and one in a batch, are read beside the event loop as well', async () => {
  const { clinic, lab } = await laboratory()
  await ensureDepositKeys(clinic.parts)
  const { json } = await apiCall(clinic, 'GET', '/.well-known/jwks.json')
  const key = JWKS_ANSWER.parse(json).keys[0] as JWK
  const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'vnd.restante.message+json', kid: key.kid! }
  const sealing = new CompactEncrypt(Buffer.from(JSON.stringify(withScan()))).setProtectedHeader(header)
  const content = await sealing.encrypt(await importJWK(key, header.alg))
  const { message: _message, ...rules } = depositJson()
  expect((await lab.deposits({ ...rules, content })).status).toBe(201)
  expectProblem(await lab.deposits({ ...rules, content: `${content.slice(0, -2)}AA` }), 422, 'undecipherable')

  const batch = { deposits: [depositJson({ message: withScan() }), { nothing: true }] }
  const answered = await lab.call('POST', `${DEPOSITS}/batch`, { body: batch, headers: { 'idempotency-key': 'batch-1' } })
  expect(answered.json.results).toMatchObject([{ messages: [{ state: 'waiting' }] }, { status: 422 }])
})

test('what is refused leaves no file behind', async () => {
  const { clinic, lab } = await laboratory()
  const refused = depositJson({ message: withScan(), thread: 'thr_none' })
  expectProblem(await lab.deposits(refused), 422, 'invalid')
  const waiting = await clinic.parts.store.read(tx => tx.stagedFiles.abandoned(clinic.clock.read() + days(1), 10))
  expect(waiting).toEqual([])
  expectProblem(await lab.deposits(`{"recipients":${'[1],'.repeat(100_000)}`), 400, 'malformed')
})
