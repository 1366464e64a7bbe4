import { PortalError } from './errors.ts'
import { isTimeZone } from './letters/moment.ts'
import type { Parts } from './parts.ts'
import { languageTag } from './plain-text.ts'
import { CONTRASTS, type Display, type Preferences, TEXT_SIZES, THEMES } from './preferences.ts'
import { requireReader, type Visitor } from './sign-in/visitor.ts'
import type { PreferencesView } from './views.ts'

/** @throws PortalError `sign_in_required`; `forbidden` for staff. */
export async function viewPreferences(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  visitor: Visitor,
): Promise<PreferencesView> {
  const { id, organization: of } = requireReader(visitor).person
  const [recipient, organization] = await store.read(tx => Promise.all([tx.recipients.find(id), tx.organizations.find(of)]))
  if (recipient === null || organization === null) throw new PortalError('sign_in_required', 'Please sign in again.')
  const { address, timeZone, wantsReminders } = recipient
  const { name, phone, timeZone: clinicTimeZone } = organization
  return { address, organization: name, phone, timeZone, wantsReminders, clinicTimeZone, now: clock() }
}

/** What is to be changed; the language, once it is named, is their own choice. */
export type PreferenceChanges = Partial<Omit<Preferences, 'choseLanguage'>>

/**
 * Sets what is named of what a recipient may set for themselves, and leaves the rest. Language and display may be chosen as soon as the
 * mailbox is proven. Of staff nothing is kept: theirs are the browser's.
 *
 * @throws PortalError `invalid` with the field that is not on its list; `sign_in_required`, and `forbidden` for staff, where a time zone or
 * reminders are named.
 */
export async function prefer({ store }: Pick<Parts, 'store'>, visitor: Visitor, changes: PreferenceChanges): Promise<void> {
  const { language, display, timeZone, wantsReminders } = changes
  if (timeZone !== undefined || wantsReminders !== undefined) requireReader(visitor)
  const chosen: Partial<Preferences> = {
    ...(language !== undefined && { language: knownLanguage(language), choseLanguage: true }),
    ...(display != null && { display: knownDisplay(display) }),
    ...(timeZone !== undefined && { timeZone: knownZone(timeZone) }),
    ...(wantsReminders !== undefined && { wantsReminders }),
  }
  if (visitor.person.kind === 'recipient') await store.transaction(tx => tx.recipients.prefer(visitor.person.id, chosen))
}

function knownLanguage(language: string): string {
  const tag = languageTag(language)
  if (tag === null) throw notOnTheList('language', 'This is not a language.')
  return tag
}

function knownDisplay({ textSize, contrast, theme }: Display): Display {
  if (!TEXT_SIZES.includes(textSize)) throw notOnTheList('textSize', 'This is not a size of text.')
  if (!CONTRASTS.includes(contrast)) throw notOnTheList('contrast', 'This is not a contrast.')
  if (!THEMES.includes(theme)) throw notOnTheList('theme', 'This is not a theme.')
  return { textSize, contrast, theme }
}

/** Zones by name alone: an offset such as +05:00 would be wrong after the next change of clocks. Null: the organization's. */
function knownZone(timeZone: string | null): string | null {
  const isNamed = timeZone === null || (/^[A-Za-z]/.test(timeZone) && timeZone.length <= MAX_ZONE && isTimeZone(timeZone))
  if (!isNamed) throw notOnTheList('timeZone', 'This is not a time zone.')
  return timeZone
}

// Characters; the longest there is has 32.
const MAX_ZONE = 50

const notOnTheList = (field: string, sentence: string): PortalError =>
  new PortalError('invalid', sentence, { fields: [{ field, problem: 'Choose one from the list.' }] })
