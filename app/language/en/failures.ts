import { plurals } from '../plural.ts'

const counted = plurals('en-US')

/** What is said when something cannot be done, and what to do about it. */
export const failures = {
  required: {
    address: 'Type your e-mail address.',
    passphrase: 'Type your passphrase.',
    code: 'Type the code.',
    answer: 'Type the code from your clinic.',
    year: 'Type your birth date.',
    text: 'Write your message.',
    words: 'Type a word to look for.',
    city: 'Choose your country, or the city nearest to you.',
    knowsThem: 'Choose yes or no: do you know the person?',
    mayContact: 'Choose yes or no: may the sender get in touch?',
  } as Record<string, string>,
  /** What to do about a field that is filled in, but not well. */
  improve: {
    address: 'Type a full e-mail address, like name@example.com.',
    passphrase: 'Choose at least 8 letters, and not something that many people use.',
    text: 'Check your message. It may be too long.',
    words: 'Use fewer words: 8 at most, and 100 letters.',
    files: 'Choose other files. They may be too large, or of a kind we cannot take.',
    label: 'Use a short name, like “my phone”. It can have 60 letters at most.',
  } as Record<string, string>,
  /** The same, of a field that has no words of its own. */
  anyField: {
    empty: 'Please fill this in, or choose one.',
    long: 'This is too long. Use fewer letters.',
    unlisted: 'Please choose one from the list.',
  },
  refused: {
    invalid: 'Some of it is not right yet.',
    malformed: 'We could not read this form. Please try again.',
    too_large: 'This is too large. You can send 20 MB at most.',
    unsupported_type: 'We cannot take a file of this kind.',
    wrong_origin: 'This page was open for a long time. Please press the button again.',
    wrong_code: 'This is not right, or it is too old. Please check it and try again.',
    wrong_sign_in: 'This does not match. Please check it and try again.',
    // Of this no one knows better: it does not come back by waiting.
    too_many_attempts:
      'There were too many wrong tries, so this way is switched off. Your messages are safe. Use another way to sign in, or call your clinic.',
    confirmation_required: 'We first need to check that it is you.',
    conflict: 'Something has changed. Please look at it again.',
    idempotency_key_reused: 'You sent this form before, with other words. To send this too, press the button again.',
    no_space: 'We have no room for files just now. Send your words without files, or try again later.',
  } as Record<string, string>,
  /** What will work again in a while; `when` is one of those below. */
  notNow: {
    too_many_attempts: (when: string) =>
      `There were too many wrong tries. Your messages are safe. You can try again ${when}. Or use another way to sign in.`,
    too_many_requests: (when: string) => `That was a lot in a short time. Nothing is lost. Please try again ${when}.`,
    busy: (when: string) => `We are busy now. Nothing is lost. Please try again ${when}.`,
    unavailable: (when: string) => `This does not work just now. Nothing is lost. Please try again ${when}.`,
  } as Record<string, (when: string) => string>,
  wait: {
    seconds: counted({ one: 'in # second', other: 'in # seconds' }),
    minutes: counted({ one: 'in # minute', other: 'in # minutes' }),
  },

  failure: {
    notFound: {
      title: 'This page is not here',
      text: 'The link may be old, or it may belong to someone else. Nothing is lost. You can start at your messages.',
    },
    forbidden: {
      title: 'You cannot use this page',
      text: 'This page is for other people. If you think that is wrong, ask for help.',
    },
    signIn: {
      title: 'You were signed out',
      text: 'It has been a while, so we signed you out to keep you safe. What you wrote is below. Copy it, then sign in and paste it.',
    },
    stale: {
      title: 'This page was open for a long time',
      text: 'Nothing was changed. Please go back, load the page again, and press the button once more.',
    },
    busy: { title: 'We are busy now', text: 'Nothing is lost. It is our fault, not yours.' },
    tooFast: {
      title: 'Please wait a little',
      text: 'That was a lot in a short time, so we need a short break. Nothing is lost.',
    },
    unknown: {
      title: 'Something went wrong',
      text: 'It is our fault, not yours. Please wait a minute and try again. If it goes on, call your clinic.',
    },
    other: { title: 'This did not work', text: 'Nothing was changed. Go back and try again.' },
    when: (when: string) => `You can try again ${when}.`,
    again: 'Try again',
    kept: 'What you wrote',
    reference: 'If you call us, say this:',
    start: 'Go to the start',
    signInGo: 'Sign in',
  },
}
