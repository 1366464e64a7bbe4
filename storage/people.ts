import type { PersonRef } from '../server/sign-in/store.ts'

/** The columns that say whose a row is. */
export interface PersonColumns {
  person_kind: 'recipient' | 'staff'
  person: string
  organization: string
}

export const toColumns = ({ kind, id, organization }: PersonRef): PersonColumns => ({
  person_kind: kind,
  person: id,
  organization,
})

export const toPerson = ({ person_kind, person, organization }: PersonColumns): PersonRef => ({
  kind: person_kind,
  id: person,
  organization,
})
