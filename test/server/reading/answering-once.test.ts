import { expect, test } from 'vitest'
import { newSecret } from '../../../server/ids.ts'
import { openMessage } from '../../../server/reading.ts'
import { answerReply } from '../../../server/replies.ts'
import { reply } from '../../../server/reply.ts'
import { clinic, refusalOf } from './clinic.ts'

test('an answer whose form is sent five times at once is one deposit with one notice', async () => {
  const of = await clinic()
  const [original] = await of.deposits()
  await openMessage(of.parts, of.ada, original!.id)
  const { id } = await reply(of.parts, of.ada, original!.id, { text: 'Thank you', files: [] })
  const form = { formId: newSecret() }
  const answer = {
    text: 'You are welcome',
    files: [{ name: 'list.txt', type: 'text/plain', bytes: new TextEncoder().encode('milk') }],
  }
  const send = () => answerReply(of.parts, of.north.drCole, id, answer, form)
  const sent = await Promise.all(Array.from({ length: 5 }, send))
  expect(new Set([...sent, await send()].map(one => one.id)).size).toBe(1)
  expect(await of.store.read(tx => tx.messages.ofThread(original!.thread))).toHaveLength(3)
  const [message] = await of.store.read(tx => tx.messages.ofDeposits([sent[0]!.id]))
  expect(await of.lettersAbout(message!.id)).toMatchObject([{ kind: 'notice' }])
  const other = answerReply(of.parts, of.north.drCole, id, { ...answer, text: 'Not at all' }, form)
  expect(await refusalOf(other)).toMatchObject({ code: 'idempotency_key_reused' })
})
