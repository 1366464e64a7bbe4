import { type Reopened, reopenSignIn } from '../sign-in/reopening.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'reopen',
  description: 'Forgets wrong tries, so that somebody whose ways in were slowed down or switched off may try again',
  args: {
    organization: { type: 'string', description: 'Where they are a patient or work', valueHint: 'org_…', required: true },
    email: { type: 'string', description: 'Their address; make sure first that it is they who ask', required: true },
    json: JSON_ARGUMENT,
  },
  async run({ organization, email, json }, terminal) {
    const reopened = await withPortal(terminal, opened => reopenSignIn(opened, { organization, address: email }))
    if (json) terminal.out(JSON.stringify({ reopened }))
    else if (reopened.length === 0) terminal.out('No wrong tries were counted: nothing had to be reopened.')
    else for (const line of reopened.map(sentence)) terminal.out(line)
    return 0
  },
})

const sentence = ({ factor, failures, wasOff }: Reopened): string => {
  const tries = failures === 1 ? '1 wrong try is' : `${failures} wrong tries are`
  return `${NAMES[factor]}: ${tries} forgotten${wasOff ? '; it was switched off and can be used again' : ''}.`
}

const NAMES: Record<Reopened['factor'], string> = {
  mailbox_code: 'E-mailed code',
  passphrase: 'Passphrase',
  totp: 'Authenticator app',
  printed_code: 'Printed code',
  recovery_code: 'Printed code for getting back in',
  confirmation: 'Activation code or birth date',
}
