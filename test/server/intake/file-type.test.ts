import { expect, test } from 'vitest'
import { typeOf } from '../../../server/intake/file-type.ts'

const text = (words: string) => new TextEncoder().encode(words)
const PNG = Uint8Array.from([
  ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0],
  ...[0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 10, 0x49, 0x44, 0x41, 0x54],
])

test.each([
  ['a picture', PNG, 'scan.png', 'image/png'],
  ['a picture under another name', PNG, 'scan.pdf', 'image/png'],
  ['a PDF', text('%PDF-1.7\n1 0 obj'), 'result.pdf', 'application/pdf'],
  ['words', text('Take one in the morning.'), 'note.txt', 'text/plain'],
  ['words in another script', text('Утром одну таблетку'), 'note', 'text/plain'],
  ['a table', text('day,dose\n1,5'), 'doses.csv', 'text/csv'],
  ['nothing at all', new Uint8Array(), 'empty', 'text/plain'],
])('%s is told by its bytes', async (_, bytes, name, type) => {
  expect(await typeOf(bytes, name)).toBe(type)
})

test.each([
  ['HTML', text('<!doctype html><p>Hello'), 'page.txt'],
  ['HTML after white space and a byte order mark', text('\uFEFF \n <SCRIPT>alert(1)</SCRIPT>'), 'note.txt'],
  ['HTML behind harmless words', text('Dear Ada,\n<script>alert(1)</script>'), 'note.txt'],
  ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'drawing.png'],
  ['XML', text('<?xml version="1.0"?><a/>'), 'record.csv'],
  ['a picture that calls itself a page', PNG, 'scan.html'],
  ['a script by name', text('alert(1)'), 'run.js'],
  ['bytes of no known kind', Uint8Array.from([0, 1, 2, 0xff, 0xfe, 3]), 'blob.txt'],
  ['text that is not UTF-8', Uint8Array.from([0x41, 0xe9, 0x41]), 'latin.txt'],
])('%s can only be saved', async (_, bytes, name) => {
  expect(await typeOf(bytes, name)).toBe('application/octet-stream')
})
