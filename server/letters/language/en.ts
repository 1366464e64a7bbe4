import type { AccountChange } from '../letter.ts'
import type { Block, Letters } from '../words.ts'

const rules = new Intl.PluralRules('en')
/** Whether what is said of one is said of so many. */
const isOne = (count: number): boolean => rules.select(count) === 'one'

const CHANGES: Record<AccountChange, string> = {
  passkey_added: 'A new passkey was added',
  passphrase_added: 'A new passphrase was set',
  authenticator_added: 'A new code app was added',
  printed_codes_added: 'New codes were printed',
  passkey_removed: 'A passkey was taken away',
  passphrase_removed: 'The passphrase was taken away',
  authenticator_removed: 'A code app was taken away',
  printed_codes_removed: 'The printed codes were taken away',
  way_in_switched_off: 'One way to sign in was switched off after too many wrong tries',
  way_in_switched_on: 'Your clinic asked us to switch your ways to sign in on again',
  ways_in_removed: 'All your ways to sign in were taken away, so that you can set up new ones',
  recovery_cancelled: 'The way back in with a code was stopped',
  recovery_completed: 'Someone got back in with a code and set up a new way to sign in',
}

const callUs = (organization: string, phone: string): Block[] =>
  phone === '' ? [] : [{ text: `Do you need help? Call ${organization || 'your care team'}: ${phone}` }]

const NOT_YOU =
  'Not you? If you do not know who sent this, press the link and choose “This is not for me”. You do not need to sign in for that.'
const NO_REMINDERS = 'You do not want reminders? Sign in, open “My settings”, and choose “No reminders”.'

/** English. Plain words: reading grade 6 at most (test/server/mail/letters.test.ts). */
export const en: Letters = {
  notice({ count, organization, phone, link, host, until }) {
    const from = organization || 'your care team'
    const one = isOne(count)
    const news = one ? `You have a new message from ${from}` : `You have ${count} new messages from ${from}`
    return {
      subject: news,
      blocks: [
        { text: 'Hello,' },
        { text: `${news}.` },
        {
          text: `${one ? 'It is' : 'They are'} kept safe on our site. We do not send ${one ? 'it' : 'them'} by e-mail, as others could read e-mail on its way to you.`,
        },
        { text: `To read ${one ? 'it' : 'them'}, press this link:` },
        { link },
        { text: `Or open your web browser and type: ${host}` },
        { text: `You can read ${one ? 'it' : 'them'} until ${until}.` },
        ...callUs(organization, phone),
        { text: NOT_YOU },
      ],
    }
  },

  reminder({ count, organization, phone, link, host, until }) {
    const from = organization || 'your care team'
    const one = isOne(count)
    return {
      subject: one ? `Your message from ${from} is still here` : `${count} messages from ${from} are still here`,
      blocks: [
        { text: 'Hello,' },
        {
          text: one
            ? `A message from ${from} is still here for you. You have not opened it yet.`
            : `${count} messages from ${from} are still here for you. You have not opened them yet.`,
        },
        { text: `To read ${one ? 'it' : 'them'}, press this link:` },
        { link },
        { text: `Or open your web browser and type: ${host}` },
        { text: `You can read ${one ? 'it' : 'them'} until ${until}.` },
        ...callUs(organization, phone),
        { text: NO_REMINDERS },
        { text: NOT_YOU },
      ],
    }
  },

  expiryWarning({ count, organization, phone, link, host, until }) {
    const from = organization || 'your care team'
    const one = isOne(count)
    return {
      subject: one
        ? `You can read a message from ${from} for 3 more days`
        : `You can read ${count} messages from ${from} for 3 more days`,
      blocks: [
        { text: 'Hello,' },
        {
          text: one
            ? `The time to read a message from ${from} is over soon.`
            : `The time to read ${count} messages from ${from} is over soon.`,
        },
        { text: one ? `You can read it until ${until}.` : `You can read the first of them until ${until}.` },
        {
          text: `Do you want to keep ${one ? 'it' : 'them'}? Then print or save ${one ? 'it' : 'them'} before that. Press this link:`,
        },
        { link },
        { text: `Or open your web browser and type: ${host}` },
        { text: 'When the time is over, you can ask for more time there.' },
        ...callUs(organization, phone),
        { text: NO_REMINDERS },
        { text: NOT_YOU },
      ],
    }
  },

  code({ code, reference, minutes, organization, phone, host }) {
    return {
      subject: `Your code for ${host} (${reference})`,
      blocks: [
        { text: 'Hello,' },
        { text: 'Here is the code you asked for:' },
        { code },
        { text: `Type it on the page that shows ${reference}. It works for ${minutes} minutes, and one time only.` },
        { text: 'Do not give this code to anyone. We will never call you and ask for it.' },
        { text: 'Not you? If you did not ask for a code, you do not need to do anything. Your messages are safe.' },
        ...callUs(organization, phone),
      ],
    }
  },

  accountChange({ change, at, organization, phone, host }) {
    return {
      subject: `A change to how you sign in to ${host}`,
      blocks: [
        { text: 'Hello,' },
        { text: `The way you sign in to ${host} was changed.` },
        { text: `${CHANGES[change]} on ${at}.` },
        {
          text:
            change === 'recovery_completed'
              ? 'Was it you? If you lost a phone, open “My settings” and take its passkey away.'
              : 'Was it you? Then you do not need to do anything.',
        },
        { text: `Not you? Then someone else may have got in. ${phone === '' ? 'Tell us' : 'Call us'} right away.` },
        ...callUs(organization, phone),
      ],
    }
  },

  recoveryStarted({ link, fromClinic, at, opensAt, until, organization, phone, host }) {
    return {
      subject: `Someone wants to get back in to ${host}`,
      blocks: [
        { text: 'Hello,' },
        {
          text: fromClinic
            ? `Someone asked ${organization || 'your clinic'} for a code to get back in to ${host}. They got it on ${at}.`
            : `Someone used one of your printed codes to get back in to ${host}. That was on ${at}.`,
        },
        { text: 'Was it you? Then please wait. This wait keeps you safe.' },
        { text: `Come back on ${opensAt}. You have time until ${until}. Bring the same code. You will need it then.` },
        { text: 'Not you? Then stop it now. Press this link, and then press the button on the page:' },
        { link },
        ...callUs(organization, phone),
      ],
    }
  },

  newSignIn({ link, at, organization, phone, host }) {
    return {
      subject: `New sign-in to ${host}`,
      blocks: [
        { text: 'Hello,' },
        { text: `Someone signed in to ${host} with your account on ${at}.` },
        { text: 'We had not seen that phone, computer or browser before.' },
        { text: 'Was it you? Then you do not need to do anything.' },
        { text: 'Not you? Then someone else may have got in. Press this link. It shows you how to shut them out:' },
        { link },
        ...callUs(organization, phone),
      ],
    }
  },

  invitation({ link, organization, until, host }) {
    return {
      subject: `You are invited to ${host}`,
      blocks: [
        { text: 'Hello,' },
        { text: `${organization || 'Your clinic'} asks you to join its site for safe messages at ${host}.` },
        { text: 'To set up how you sign in, press this link:' },
        { link },
        { text: `The link works one time, until ${until}. Do not pass it on.` },
        { text: 'Not you? Then you do not need to do anything.' },
      ],
    }
  },

  replyWaiting({ link, organization, host }) {
    return {
      subject: 'A reply waits for you',
      blocks: [
        { text: 'Hello,' },
        { text: `Someone has answered a message from ${organization || 'your clinic'}.` },
        { text: 'To read the answer, press this link and sign in:' },
        { link },
        { text: `Or open your web browser and type: ${host}` },
        { text: 'Not you? Then you do not need to do anything.' },
      ],
    }
  },

  moreTimeAsked({ link, organization, host }) {
    return {
      subject: 'Someone asks for more time',
      blocks: [
        { text: 'Hello,' },
        { text: `Someone could not read a message from ${organization || 'your clinic'} in time. They ask for more time.` },
        { text: 'To give them a new date, press this link and sign in:' },
        { link },
        { text: `Or open your web browser and type: ${host}` },
        { text: 'Not you? Then you do not need to do anything.' },
      ],
    }
  },

  moreTimeGiven({ organization, phone, link, host, until }) {
    const from = organization || 'your care team'
    return {
      subject: `You have more time to read a message from ${from}`,
      blocks: [
        { text: 'Hello,' },
        { text: `You asked for more time to read a message from ${from}. Now you have it.` },
        { text: `You can read the message until ${until}. Press this link:` },
        { link },
        { text: `Or open your web browser and type: ${host}` },
        ...callUs(organization, phone),
        { text: NOT_YOU },
      ],
    }
  },

  notForMe({ link, organization, host }) {
    return {
      subject: 'A message may have reached the wrong person',
      blocks: [
        { text: 'Hello,' },
        {
          text: `Someone says that a message from ${organization || 'your clinic'} is not for them. We have hidden it from them.`,
        },
        { text: 'To see which message it is, and what was seen of it, press this link and sign in:' },
        { link },
        { text: `Or open your web browser and type: ${host}` },
        { text: 'Please check the address it was sent to. You can take the message back on the same page.' },
      ],
    }
  },
}
