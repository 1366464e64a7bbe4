import type { DepositMessage, DepositRequest } from '../../../server/deposit-request.ts'
import { type Clinic, depositRequest } from '../../support/clinic.ts'

export const ADA = { name: 'Ada Lopez', address: 'ada@example.com' }
export const BEN = { name: 'Ben Okoro', address: 'ben@example.com' }

export const request = (changes: Partial<DepositRequest> = {}, message: Partial<DepositMessage> = {}) => ({
  ...depositRequest('Result', [ADA], message),
  ...changes,
})

export const place = ({ portal, gateway }: Clinic, asked: DepositRequest, key = 'key-1', bodyHash = 'body-1') =>
  portal.deposit(gateway, asked, { key, bodyHash })

export const counted = (clinic: Clinic) =>
  clinic.parts.store.read(async tx => {
    const deposits = await tx.deposits.listForSender(
      { kind: 'client', id: clinic.gateway.client.id, organization: clinic.organization.id },
      { limit: 100 },
    )
    const messages = await tx.messages.ofDeposits(deposits.map(({ id }) => id))
    return { deposits: deposits.length, messages: messages.length, trail: (await tx.trail.head()).size }
  })
