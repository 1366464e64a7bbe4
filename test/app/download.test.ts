import fc from 'fast-check'
import { expect, test } from 'vitest'
import { disposition, download } from '../../app/download.ts'

test.each([
  ['plan.pdf', `attachment; filename="plan.pdf"; filename*=UTF-8''plan.pdf`],
  ['plan für Ada.pdf', `attachment; filename="plan f_r Ada.pdf"; filename*=UTF-8''plan%20f%C3%BCr%20Ada.pdf`],
  ['../../etc/passwd', `attachment; filename="_.._etc_passwd"; filename*=UTF-8''_.._etc_passwd`],
  ['a"b\r\nSet-Cookie: x=1', `attachment; filename="a_bSet-Cookie_ x=1"; filename*=UTF-8''a_bSet-Cookie_%20x%3D1`],
  ['bill\u202Efdp.exe', `attachment; filename="billfdp.exe"; filename*=UTF-8''billfdp.exe`],
  ['50%.txt', `attachment; filename="50_.txt"; filename*=UTF-8''50%25.txt`],
  ['\u0000', `attachment; filename="file"; filename*=UTF-8''file`],
])('the name %j leaves as %s', (name, header) => {
  expect(disposition(name)).toBe(header)
})

test('whatever the name, the header is one line of plain ASCII that a browser takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), name => {
      const header = disposition(name)
      expect(header).toMatch(/^attachment; filename="[^"\\%]+"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+$/)
      expect(new Headers({ 'content-disposition': header }).get('content-disposition')).toBe(header)
    }),
  )
})

async function* bytes() {
  yield Buffer.from('hello ')
  yield Buffer.from('world')
}
const attachment = {
  id: 'att_1',
  message: 'msg_1',
  organization: 'org_1',
  recipient: 'rcp_1',
  name: 'a.pdf',
  type: 'application/pdf',
  size: 11,
}

test('a file is streamed as it is opened', async () => {
  const response = download({ attachment, range: null, content: bytes() })
  expect(response.headers.get('content-type')).toBe('application/pdf')
  expect(await response.text()).toBe('hello world')
})

test.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', 'application/javascript'])(
  'a file of type %s leaves as bytes that no browser shows',
  type => {
    const { headers } = download({ attachment: { ...attachment, type }, range: null, content: bytes() })
    expect(headers.get('content-type')).toBe('application/octet-stream')
  },
)

test('a file whose later chunk is forged breaks off', async () => {
  const forged = async function* () {
    yield Buffer.from('hello')
    throw new Error('tampered')
  }
  await expect(download({ attachment, range: null, content: forged() }).text()).rejects.toThrow()
})
