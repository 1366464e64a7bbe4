import type { Mail, Mailer } from '../../server/mailer.ts'

type Outcome = Awaited<ReturnType<Mailer['send']>>

/** Everybody's mailbox: keeps each letter that was handed over. */
export interface Mailbox extends Mailer {
  /** Oldest first. */
  readonly mails: Mail[]
  /** The newest letter to this address. @throws Error when there is none: the test expected one. */
  letterTo(address: string): Mail
  lettersTo(address: string): Mail[]
  /** The newest code that was sent to this address, whatever letters left beside it. */
  codeTo(address: string): string
  /** From now on the mail server answers like this; null: it takes everything again. */
  answerWith(outcome: Outcome | null): void
}

export function caughtMailbox(): Mailbox {
  const mails: Mail[] = []
  let answer: Outcome | null = null
  const lettersTo = (address: string) => mails.filter(mail => mail.to === address)
  return {
    mails,
    codeTo: address => codeIn(lettersTo(address).findLast(hasCode) ?? { text: '' }),
    lettersTo,
    letterTo(address) {
      const mail = lettersTo(address).at(-1)
      if (mail === undefined) throw new Error(`No letter to ${address}; there are letters to: ${mails.map(each => each.to)}`)
      return mail
    },
    answerWith(outcome) {
      answer = outcome
    },
    async send(mail) {
      if (answer !== null) return answer
      mails.push(mail)
      return { outcome: 'sent', answer: '250 kept' }
    },
    reachable: async () => answer?.outcome !== 'deferred',
    close: async () => undefined,
  }
}

const CODE = /^(\d{3} ?\d{3})$/m
const hasCode = (mail: { text: string }): boolean => CODE.test(mail.text)

/** The six digits of a letter that brings a code. */
export function codeIn(mail: { text: string }): string {
  const code = CODE.exec(mail.text)?.[1]
  if (code === undefined) throw new Error('There is no code of six digits in this letter.')
  return code.replace(' ', '')
}

/** The word of a notice's link. */
export function locatorIn(mail: { text: string }): string {
  const locator = /\/m\/([\w-]+)/.exec(mail.text)?.[1]
  if (locator === undefined) throw new Error('There is no link to a message in this letter.')
  return locator
}
