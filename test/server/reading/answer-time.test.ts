import { expect, test } from 'vitest'
import { answerBy } from '../../../server/answer-time.ts'
import type { Organization } from '../../../server/organization.ts'

const clinic = (more: Partial<Organization> = {}): Organization => ({
  ...{ id: 'org_1', name: 'North Clinic', phone: '', timeZone: 'America/New_York', namedInNotices: false, createdAt: 0, ...more },
})

test.each([
  ['2026-11-23T15:00Z', 2, '2026-11-25'], // Monday
  ['2026-11-26T15:00Z', 2, '2026-11-30'], // Thursday: the weekend does not count
  ['2026-11-28T15:00Z', 1, '2026-11-30'], // Saturday
  ['2026-11-24T03:00Z', 1, '2026-11-24'], // Monday evening in New York
  ['2026-12-30T15:00Z', 3, '2027-01-04'],
  ['2026-11-23T15:00Z', 0, '2026-11-23'],
])('sent at %s, an answer within %i working days comes by %s', (sent, answersWithinDays, day) => {
  expect(answerBy(clinic({ answersWithinDays }), Date.parse(sent))).toBe(day)
})

test('an organization that does not say promises nothing', () => {
  expect(answerBy(clinic(), 0)).toBeNull()
  expect(answerBy(clinic({ answersWithinDays: null }), 0)).toBeNull()
})
