import type { Parts } from '../parts.ts'

/**
 * Whom to call when somebody cannot get in, before anything is known of them. Only where the portal serves one organization alone: there the
 * number is the same for everybody. Elsewhere it would have to be that of the link or of the address, and would tell that there is somebody
 * behind it (BAR 10); there, the letters have it.
 */
export async function helpLine({ store }: Pick<Parts, 'store'>): Promise<{ organization: string; phone: string } | null> {
  const only = await store.read(tx => tx.organizations.only())
  if (only === null || only.phone === '') return null
  return { organization: only.namedInNotices ? only.name : '', phone: only.phone }
}
