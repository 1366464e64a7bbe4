import { writeSync } from 'node:fs'
import { depositRequest } from '../../support/clinic.ts'
import { commitWithoutWaiting } from './hoped-for.ts'
import { openPortal } from './opened.ts'
import { storyIn } from './prepared-story.ts'

// Deposits until it is ended, and writes the reference of each deposit that was acknowledged on a line of its own.
const [folder = '', round = '', commits = 'durable'] = process.argv.slice(2)
const DEPOSITORS = 8

if (commits === 'hoped-for') commitWithoutWaiting()
const { now, gateway } = await storyIn(folder)
const { portal } = await openPortal(folder, now)

let count = 0
async function depositWithoutEnd(): Promise<never> {
  for (;;) {
    const reference = `${round}-${++count}`
    const request = depositRequest(reference, [{ name: 'Ada Lopez', address: 'ada.lopez@example.com' }], { reference })
    await portal.deposit(gateway, request, { key: reference, bodyHash: 'the same' })
    writeSync(1, `${reference}\n`)
  }
}
await Promise.all(Array.from({ length: DEPOSITORS }, depositWithoutEnd))
