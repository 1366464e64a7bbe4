import { expect, test } from 'vitest'
import { at, destination, firstPage, pageOf, wanted } from '../../app/destination.ts'

const ID = 'msg_01k9z3h7d2aaaaaaaaaaaaaaaa'

test.each(['/messages', `/messages/${ID}`, `/messages/${ID}/reply`, '/sent', '/account'])('a sign-in may lead to %s', path => {
  expect(destination(path)).toBe(path)
})

test.each([
  'https://evil.example/messages',
  '//evil.example',
  '/\\evil.example',
  '/messages/../../evil',
  '/messages/%2e%2e',
  '/messages?x=1',
  '/messages#x',
  '/messages/',
  `/messages/${ID}/open`,
  '/sign-out',
  '',
])('a sign-in never leads to %j', path => {
  expect(destination(path)).toBeNull()
  expect(wanted(new Request(`http://localhost:3000${at('/sign-in', { to: path })}`))).toBeNull()
})

test('an act leads back to the page it was on', () => {
  expect(pageOf(`/messages/${ID}/open`)).toBe(`/messages/${ID}`)
  expect(pageOf(`/messages/${ID}/attachments/att_01k9z3h7d2aaaaaaaaaaaaaaaa`)).toBe(`/messages/${ID}`)
  expect(pageOf('/nowhere/at/all')).toBeNull()
})

test('whoever has shown only a mailbox goes on to enrol, whatever they wanted', () => {
  expect(firstPage({ next: 'enrol' }, '/account')).toBe('/enrol?to=%2Faccount')
  expect(firstPage({ next: 'read' }, null)).toBe('/messages')
  const message = 'msg_0123456789'
  expect(firstPage({ next: 'read', message }, null)).toBe(`/messages/${message}`)
  expect(firstPage({ next: 'read', message }, '/account')).toBe('/account')
  expect(firstPage({ next: 'enrol', message }, null)).toBe(`/enrol?to=%2Fmessages%2F${message}`)
  expect(firstPage({ next: 'work' }, '/replies')).toBe('/replies')
})
