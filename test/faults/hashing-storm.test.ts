import { expect, test } from 'vitest'
import { portalWithOneMessage } from '../support/people.ts'
import { patience, tell, times } from './rig/length.ts'

const STORM = times(40, 200)
const LOOKS = 5

test('while so many show their passphrases at once, who reads is answered before most of them', {
  timeout: patience,
}, async () => {
  const { portal, ada, deposit } = await portalWithOneMessage()
  const { id } = deposit.messages[0]!
  await ada.opens('Result')
  const reader = await ada.signsIn()
  const tokens: string[] = []
  for (let person = 0; person < STORM; person++)
    tokens.push((await portal.beginSignIn({ address: `person${person}@example.com` })).requestToken)

  let answered = 0
  const first = Promise.withResolvers<void>()
  const storm = tokens.map(async token => {
    await expect(portal.enterPassphrase(token, 'a wrong passphrase')).rejects.toThrow()
    answered++
    first.resolve()
  })
  await first.promise
  // Each is in the trail, and on the disk, before it is shown: neither waits behind those who are hashed for.
  for (let look = 0; look < LOOKS; look++) {
    expect((await portal.listMessages(reader, { limit: 50 })).lines).toHaveLength(1)
    expect(await portal.viewMessage(reader, id)).toMatchObject({ kind: 'message' })
  }
  tell(`${LOOKS} messages were shown while ${answered} of ${STORM} passphrases were answered`)
  expect(answered).toBeLessThan(STORM / 2)
  await Promise.all(storm)
})
