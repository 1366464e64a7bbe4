import { describe, expect, test } from 'vitest'
import {
  formatCheckpoint,
  joinNotes,
  openCheckpoint,
  openEarlierCheckpoint,
  parseVerifierKey,
  signCheckpoint,
  splitNotes,
  verifierKey,
} from '../../../server/trail/checkpoint.ts'
import { openNote, signNote } from '../../../server/trail/note.ts'
import { leafHash } from '../../../server/trail/tree.ts'
import { ORIGIN, testSigner } from './memory-trail.ts'

const signer = testSigner()
const key = verifierKey(ORIGIN, signer.publicKey)
const root = leafHash(new Uint8Array())
const checkpoint = { origin: ORIGIN, size: 42, rootHash: root }
const note = signCheckpoint(checkpoint, signer)
const rootText = Buffer.from(root).toString('base64')

describe('signed notes', () => {
  // The example of Go's golang.org/x/mod/sumdb/note, the reference implementation of the format.
  const GO_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  const GO_NOTE = `${GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`

  test('the published example of the format is verified', () => {
    expect(openNote(GO_NOTE, parseVerifierKey(GO_KEY))).toBe(GO_TEXT)
  })

  test('a changed letter is refused', () => {
    const forged = GO_NOTE.replace('cryptography', 'cryptograhpy')
    expect(() => openNote(forged, parseVerifierKey(GO_KEY))).toThrow('Its signature does not fit its text.')
  })

  test('the key of this program is written as the format asks', () => {
    const { name, publicKey } = parseVerifierKey(GO_KEY)
    expect(verifierKey(name, publicKey)).toBe(GO_KEY)
  })

  test.each([
    ['PeterNeumann', 'it should read name+8 hex digits+base64'],
    [GO_KEY.replace('c74f', 'c74e'), 'its key id is c74e20a3, but name and key give c74f20a3'],
    [GO_KEY.replace('c74f', 'C74F'), 'the key id should be 8 hex digits, lower case'],
    [GO_KEY.replace('PeterNeumann', 'Peter Neumann'), 'the name is empty or holds a space or a plus sign'],
    [`${GO_KEY}=`, 'the last part is not base64'],
    [GO_KEY.replace('+ARpc', '+AhpC'), 'it does not hold an Ed25519 public key'],
    [`${GO_KEY}\n`, 'the last part is not base64'],
  ])('the key %j is refused', (text, why) => {
    expect(() => parseVerifierKey(text)).toThrow(`This is not a verifier key: ${why}.`)
  })
})

describe('a checkpoint', () => {
  test('is three lines, an empty one and a signature', () => {
    expect(formatCheckpoint(checkpoint)).toBe(`portal.example/restante-trail\n42\n${rootText}\n`)
    expect(note).toMatch(/^portal\.example\/restante-trail\n42\n\S+\n\n— portal\.example\/restante-trail \S+\n$/)
    expect(openCheckpoint(note, key)).toEqual(checkpoint)
  })

  test('is read with the key that signed it and with no other', () => {
    const other = verifierKey(ORIGIN, testSigner().publicKey)
    expect(() => openCheckpoint(note, other)).toThrow(
      expect.objectContaining({ code: 'tampered', message: expect.stringContaining('another key') }),
    )
  })

  test('a signature of somebody else beside ours is let be', () => {
    const witness = signNote(formatCheckpoint(checkpoint), 'witness.example', testSigner()).split('\n\n')[1]!
    expect(openCheckpoint(note + witness, key)).toEqual(checkpoint)
  })

  test.each([
    ['another size', note.replace('\n42\n', '\n43\n'), 'Its signature does not fit its text.'],
    ['no empty line', note.replace('\n\n', '\n'), 'there is no empty line between text and signatures'],
    ['no last newline', note.slice(0, -1), 'its last line is cut off'],
    ['carriage returns', note.replaceAll('\n', '\r\n'), 'there is no empty line between text and signatures'],
    ['a hyphen for the dash', note.replace('—', '-'), 'it should read — name base64'],
    ['the same signature twice', note + note.split('\n\n')[1]!, 'It is signed twice by the same key.'],
    ['a torn signature', note.replace(/.{8}\n$/, '\n'), 'does not fit its text'],
    ['base64 without padding', note.replace(/=+\n$/, '\n'), 'the signature is not base64'],
    ['too much', `${'x'.repeat(20_000)}\n\n— a AAAAAAAA\n`, 'it is longer than 16384 bytes'],
    ['nothing', '', 'there is no empty line'],
  ])('with %s it is refused', (_, text, why) => {
    expect(() => openCheckpoint(text, key)).toThrow(why)
  })

  test.each([
    ['a leading zero', `${ORIGIN}\n042\n${rootText}\n`, 'its second line is not a number of entries'],
    ['a negative size', `${ORIGIN}\n-1\n${rootText}\n`, 'its second line is not a number of entries'],
    ['a size beyond counting', `${ORIGIN}\n9999999999999999\n${rootText}\n`, 'its second line is not a number of entries'],
    ['a short root', `${ORIGIN}\n42\nAAAA\n`, 'its third line is not a SHA-256 root in base64'],
    ['a fourth line', `${ORIGIN}\n42\n${rootText}\nmore\n`, 'it has more than three lines'],
    ['two lines', `${ORIGIN}\n42\n`, 'it has fewer than three lines'],
    [
      'the name of another trail',
      `other.example/trail\n42\n${rootText}\n`,
      'It is a checkpoint of other.example/trail, not of portal.example',
    ],
  ])('even well signed, %s is refused', (_, text, why) => {
    expect(() => openCheckpoint(signNote(text, ORIGIN, signer), key)).toThrow(why)
  })

  test('from before the portal moved to another address it is still accepted, if the same key signed it', () => {
    const old = { ...checkpoint, origin: 'old.example/restante-trail' }
    expect(() => openCheckpoint(signCheckpoint(old, signer), key)).toThrow('another key')
    expect(openEarlierCheckpoint(signCheckpoint(old, signer), parseVerifierKey(key))).toEqual(old)
    expect(() => openEarlierCheckpoint(signCheckpoint(old, testSigner()), parseVerifierKey(key))).toThrow('another key')
  })
})

describe('several notes in one text', () => {
  const notes = [1, 2, 3].map(size => signCheckpoint({ ...checkpoint, size }, signer))

  test('are divided again into the same notes', () => {
    expect(splitNotes(joinNotes(notes))).toEqual({ notes, rest: '' })
    expect(splitNotes('')).toEqual({ notes: [], rest: '' })
  })

  test('cut off anywhere, never give a note that was not there', () => {
    const text = joinNotes(notes)
    for (let end = 0; end < text.length; end++) {
      const read = splitNotes(text.slice(0, end)).notes
      expect(read).toEqual(notes.slice(0, read.length))
    }
  })
})
