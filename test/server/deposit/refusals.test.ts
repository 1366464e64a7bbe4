import { describe, expect, test } from 'vitest'
import type { DepositRequest } from '../../../server/deposit-request.ts'
import { days } from '../../../server/time.ts'
import { depositRequest, textFile } from '../../support/clinic.ts'
import { clinicPortal } from '../../support/people.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { ADA, counted, place, request } from './depositing.ts'

describe('refused, with a pointer to what is wrong, and nothing is changed', () => {
  const CONTROLS = ['\r', '\n', '\0', '\u001b', '\u0085', '\u2028', '\u2029', '\u202e', '\u2066']
  const recipient = (changes: Partial<DepositRequest['recipients'][number]>) =>
    request({ recipients: [{ ...request().recipients[0]!, ...changes }] })
  const file = (name: string) => request({}, { attachments: [textFile(name, 'x')] })

  const BAD: [string, DepositRequest, string][] = [
    ['no recipient', request({ recipients: [] }), '/recipients'],
    [
      '51 recipients',
      depositRequest(
        'Result',
        Array.from({ length: 51 }, (_, i) => ({ name: 'Ada', address: `a${i}@example.com` })),
      ),
      '/recipients',
    ],
    ['a recipient twice', depositRequest('Result', [ADA, { ...ADA, address: 'ADA@example.com' }]), '/recipients/1/email'],
    ['two addresses in one', recipient({ email: 'ada@example.com, eve@example.com' }), '/recipients/0/email'],
    ['an address with a name', recipient({ email: 'Ada <ada@example.com>' }), '/recipients/0/email'],
    ['a long name', recipient({ name: 'x'.repeat(101) }), '/recipients/0/name'],
    ['an empty name', recipient({ name: ' ' }), '/recipients/0/name'],
    ['no language', recipient({ language: 'not a language' }), '/recipients/0/language'],
    ['a short activation code', recipient({ activation: { kind: 'code', answer: '12-34' } }), '/recipients/0/activation'],
    [
      'a birth date that is none',
      recipient({ activation: { kind: 'birth_date', answer: '1950-02-30' } }),
      '/recipients/0/activation',
    ],
    ['a past expiry', request({ expiresAt: NEW_YEAR }), '/expiresAt'],
    ['an expiry in two years', request({ expiresAt: NEW_YEAR + days(730) }), '/expiresAt'],
    ['an unknown retention', request({ retention: 'forever' }), '/retention'],
    ['a retention of the prototype', request({ retention: 'constructor' }), '/retention'],
    ['a long reference', request({ reference: 'x'.repeat(101) }), '/reference'],
    ['a reason of two words', request({ fallbackReason: 'no tls' }), '/fallbackReason'],
    ['a long subject', subject('x'.repeat(201)), '/message/subject'],
    ['an empty text', request({}, { text: ' \n' }), '/message/text'],
    ['a long text', request({}, { text: 'é'.repeat(100_001) }), '/message/text'],
    ['a control in the text', request({}, { text: 'a\u0007b' }), '/message/text'],
    ['half a character', request({}, { text: 'a\ud800b' }), '/message/text'],
    ['long HTML', request({}, { html: 'x'.repeat(500_001) }), '/message/html'],
    [
      '21 files',
      request({}, { attachments: Array.from({ length: 21 }, (_, i) => textFile(`${i}.txt`, 'x')) }),
      '/message/attachments',
    ],
    ['a file name with a path', file('../../etc/passwd'), '/message/attachments/0/name'],
    ['a file name with a backslash', file('a\\b.txt'), '/message/attachments/0/name'],
    ['a long file name', file('x'.repeat(151)), '/message/attachments/0/name'],
    ['dots for a file name', file('..'), '/message/attachments/0/name'],
    [
      'a sender with two addresses',
      request({}, { from: { name: 'Dr. Cole', email: 'a@example.com,b@example.com' } }),
      '/message/from/email',
    ],
    ...CONTROLS.flatMap((control): [string, DepositRequest, string][] => [
      [`${JSON.stringify(control)} in the subject`, subject(`a${control}b`), '/message/subject'],
      [`${JSON.stringify(control)} in a name`, recipient({ name: `a${control}b` }), '/recipients/0/name'],
      [`${JSON.stringify(control)} in an address`, recipient({ email: `ada${control}@example.com` }), '/recipients/0/email'],
      [`${JSON.stringify(control)} in the sender's name`, request({}, { from: { name: `a${control}b` } }), '/message/from/name'],
      [`${JSON.stringify(control)} in a file name`, file(`a${control}b.txt`), '/message/attachments/0/name'],
      [`${JSON.stringify(control)} in the reference`, request({ reference: `a${control}b` }), '/reference'],
    ]),
  ]

  function subject(text: string): DepositRequest {
    return depositRequest(text, [ADA])
  }

  test('each of them', async () => {
    const clinic = await clinicPortal()
    const before = await counted(clinic)
    for (const [what, asked, pointer] of BAD) {
      await expect(place(clinic, asked), what).rejects.toMatchObject({ code: 'invalid', fields: [{ field: pointer }] })
    }
    expect(await counted(clinic)).toEqual(before)
    await clinic.deliver()
    expect(clinic.mailbox.mails).toEqual([])
  })

  test('all that is wrong is told at once', async () => {
    const clinic = await clinicPortal()
    const asked = request({ recipients: [{ email: 'x', name: '', language: null, activation: null }], retention: 'x' })
    const refusal = await place(clinic, asked).catch(error => error)
    expect(refusal.fields.map((one: { field: string }) => one.field)).toEqual([
      '/recipients/0/email',
      '/recipients/0/name',
      '/retention',
    ])
  })

  test('attachments for too many', async () => {
    const clinic = await clinicPortal()
    const many = Array.from({ length: 11 }, (_, i) => ({ name: 'Ada', address: `a${i}@example.com` }))
    const attachments = [{ name: 'a.bin', type: 'x', bytes: new Uint8Array(10 * 1024 * 1024) }]
    await expect(place(clinic, depositRequest('Result', many, { attachments }))).rejects.toMatchObject({ code: 'too_large' })
  })
})
