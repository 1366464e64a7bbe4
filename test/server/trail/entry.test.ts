import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCanonicalEntry } from '../../../server/trail/canonical-entry.ts'
import { commitment, commitmentHolds, decodeEntry, decodePlace, type Entry, encodeEntry } from '../../../server/trail/entry.ts'
import { leafHash, rootOf, rootOfLeaves } from '../../../server/trail/tree.ts'
import { memoryTrail, NOON, opening } from './memory-trail.ts'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytes = (line: string) => new TextEncoder().encode(line)

const ENTRY: Entry = {
  v: 1,
  index: 7,
  at: NOON,
  organization: 'org_north',
  actor: { kind: 'recipient', id: 'rcp_ada' },
  action: 'message.opened',
  object: 'msg_1',
  revision: 2,
  level: 'full',
  method: 'passphrase+totp',
  detail: { attachments: 2, first: true },
}
const LINE =
  '{"action":"message.opened","actor":{"id":"rcp_ada","kind":"recipient"},"at":1767268800000,"detail":{"attachments":2,"first":true},' +
  '"index":7,"level":"full","method":"passphrase+totp","object":"msg_1","organization":"org_north","revision":2,"v":1}'

describe('the bytes of an entry', () => {
  test('an entry is written in one way: keys sorted, no white space', () => {
    expect(text(encodeEntry(ENTRY))).toBe(LINE)
    expect(text(encodeEntry(Object.fromEntries(Object.entries(ENTRY).reverse()) as unknown as Entry))).toBe(LINE)
    expect(text(encodeEntry({ ...ENTRY, detail: undefined, level: undefined, method: undefined }))).not.toContain('undefined')
  })

  test('what was written is read back the same', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_.:+-]{1,64}$/)
    const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,31}$/)
    const entry = fc.record(
      {
        v: fc.constant(1 as const),
        index: fc.maxSafeNat(),
        at: fc.maxSafeNat(),
        organization: word,
        actor: fc.record({ kind: fc.constantFrom('staff', 'client', 'portal'), id: word }),
        action: word,
        object: fc.option(word),
        revision: fc.option(fc.nat()),
        detail: fc.dictionary(name, fc.oneof(word, fc.boolean(), fc.maxSafeInteger())),
        commitments: fc.dictionary(name, word),
      },
      { requiredKeys: ['v', 'index', 'at', 'organization', 'actor', 'action', 'object', 'revision'], noNullPrototype: true },
    )
    fc.assert(
      fc.property(entry, it => {
        expect(decodeEntry(encodeEntry(it as Entry))).toEqual(it)
      }),
    )
  })

  const touchedLine = () =>
    fc.oneof(
      fc.constant(LINE),
      fc
        .tuple(
          fc.nat(LINE.length - 1),
          fc.constantFrom('', '"', ',', '0', '-', 'a', '{', '}', ' ', ',"b":1', '"c":"d",', '-0', '9007199254740993'),
        )
        .map(([at, put]) => LINE.slice(0, at) + put + LINE.slice(at + (at % 2))),
    )

  test('one look at a line tells nothing canonical that closer reading refuses', () => {
    fc.assert(
      fc.property(touchedLine(), it => {
        if (isCanonicalEntry(it)) expect(text(encodeEntry(JSON.parse(it) as Entry))).toBe(it)
      }),
      { numRuns: 2_000 },
    )
    expect(isCanonicalEntry(LINE)).toBe(true)
  })

  test('whoever asks for its place alone is told what the whole entry says, and refused where it is', () => {
    const tried = (read: (line: Uint8Array) => unknown, line: string) => {
      try {
        return read(bytes(line))
      } catch (error) {
        return error
      }
    }
    const wholePlace = (line: Uint8Array) => {
      const { action, at, index, object, revision } = decodeEntry(line)
      return { action, at, index, object, revision }
    }
    const asTold = (line: string) => {
      const told = tried(decodePlace, line)
      const whole = tried(wholePlace, line)
      if (whole instanceof Error) expect(told).toEqual(whole)
      else expect(told).toMatchObject(whole as object)
    }
    for (const put of ['"msg_2"', '"null"', 'null', 'nul', '""'])
      asTold(LINE.replace('"object":"msg_1"', `"object":${put}`).replace('"revision":2', '"revision":null'))
    fc.assert(fc.property(touchedLine(), asTold), { numRuns: 500 })
  })

  test('a revision that is no number is refused', () => {
    expect(() => encodeEntry({ ...ENTRY, revision: Number.NaN })).toThrow(TypeError)
  })

  test.each([
    ['names of a record out of order', LINE.replace('"attachments":2,"first":true', '"first":true,"attachments":2')],
    ['a name of a record twice', LINE.replace('"first":true', '"first":true,"first":true')],
    ['white space', LINE.replace(':7', ': 7')],
    ['another order of keys', LINE.replace('"index":7,"level":"full"', '"level":"full","index":7')],
    ['a key twice', LINE.replace('"index":7', '"index":6,"index":7')],
    ['a number written differently', LINE.replace('"index":7', '"index":7.0')],
    ['an escaped letter', LINE.replace('msg_1', '\\u006dsg_1')],
    ['an unknown field', LINE.replace('"v":1', '"v":1,"x":1')],
    ['another version', LINE.replace('"v":1', '"v":2')],
    ['a missing field', LINE.replace('"revision":2,', '')],
    ['a byte order mark', `\ufeff${LINE}`],
    ['something that is not JSON', LINE.slice(1)],
    ['nothing', ''],
    ['null', 'null'],
    ['a prototype', LINE.replace('"detail":{', '"detail":{"__proto__":1,')],
  ])('%s makes it another text, which is refused', (_, line) => {
    expect(() => decodeEntry(bytes(line))).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('what no entry may hold', () => {
  test.each([
    ['an address', 'ada@example.com'],
    ['a name', 'Ada Lopez'],
    ['a line break', 'a\nb'],
    ['a no-break space', 'a\u00a0b'],
    ['letters beyond ASCII', 'Łódź'],
    ['a long text', 'x'.repeat(65)],
    ['nothing', ''],
  ])('%s is refused wherever it stands, and nothing is written', async (_, value) => {
    const trail = memoryTrail()
    const places = [
      { detail: { reason: value } },
      { object: value },
      { organization: value },
      { commitments: { subject: value } },
    ]
    for (const place of [...places, { actor: { kind: 'staff' as const, id: value } }]) {
      await expect(trail.record({ ...opening('msg_1'), ...place })).rejects.toThrow(TypeError)
    }
    expect(trail.rows).toEqual([])
  })

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'the number %s is refused: it has no one way to be written',
    async value => {
      await expect(memoryTrail().record({ ...opening('msg_1'), detail: { value } })).rejects.toThrow(TypeError)
    },
  )

  test('the refusal does not repeat what was refused', async () => {
    const refusal = memoryTrail().record({ ...opening('msg_1'), detail: { name: 'Ada Lopez' } })
    await expect(refusal).rejects.toThrow('Not an entry of the trail: detail.name: ')
    await expect(refusal).rejects.not.toThrow('Ada')
  })
})

describe('recording', () => {
  test('an entry goes to the end of the tree, with columns that say what its bytes say', async () => {
    const trail = memoryTrail()
    expect(await trail.record(opening('msg_1'))).toBe(0)
    expect(
      await trail.record({ organization: 'org_north', actor: { kind: 'portal', id: 'portal' }, action: 'key.created' }, NOON + 1),
    ).toBe(1)

    const [first, second] = trail.rows
    expect(decodeEntry(first!.bytes)).toMatchObject({ index: 0, at: NOON, object: 'msg_1', revision: 2, method: 'passkey' })
    expect(first).toMatchObject({ index: 0, at: NOON, actor: 'rcp_ada', action: 'message.opened', object: 'msg_1', revision: 2 })
    expect(second).toMatchObject({ index: 1, at: NOON + 1, actor: 'portal', object: null, revision: null })
    expect(first!.leafHash).toEqual(leafHash(first!.bytes))
    expect(trail.kept.head.size).toBe(2)
    expect(rootOf(trail.kept.head)).toEqual(rootOfLeaves(trail.rows.map(row => row.leafHash)))
  })
})

describe('a commitment', () => {
  test('shows later what the value was, and only with its salt', () => {
    const { salt, digest } = commitment('Result of 3 March')
    expect(salt).toHaveLength(32)
    expect(commitmentHolds(digest, salt, 'Result of 3 March')).toBe(true)
    expect(commitmentHolds(digest, salt, 'Result of 4 March')).toBe(false)
    expect(commitmentHolds(digest, salt.with(0, salt[0]! ^ 1), 'Result of 3 March')).toBe(false)
  })

  test('says nothing by itself: the same value twice gives two digests, and the digest fits into an entry', async () => {
    const [a, b] = [commitment('same'), commitment('same')]
    expect(a.digest).not.toBe(b.digest)
    await expect(memoryTrail().record({ ...opening('msg_1'), commitments: { subject: a.digest } })).resolves.toBe(0)
  })
})
