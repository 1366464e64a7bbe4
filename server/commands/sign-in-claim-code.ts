import { type ClaimCode, issueClaimCode } from '../sign-in/claim-code.ts'
import { toIso } from '../time.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'claim-code',
  description: 'Makes a code for a patient who lost every way to sign in; it counts after a wait, which the patient can stop',
  args: {
    organization: { type: 'string', description: 'Where they are a patient', valueHint: 'org_…', required: true },
    recipient: {
      type: 'string',
      description: 'Their address or id; make sure first that it is they who ask',
      valueHint: 'ADDRESS|rcp_…',
      required: true,
    },
    json: JSON_ARGUMENT,
  },
  async run({ organization, recipient, json }, terminal) {
    const claim = await withPortal(terminal, opened => issueClaimCode(opened, { organization, recipient }))
    for (const line of json ? [JSON.stringify(inIso(claim))] : sentences(claim)) terminal.out(line)
    return 0
  },
})

const inIso = ({ code, opensAt, closesAt }: ClaimCode) => ({ code, opensAt: toIso(opensAt), closesAt: toIso(closesAt) })

const sentences = (claim: ClaimCode): string[] => {
  const { code, opensAt, closesAt } = inIso(claim)
  return [
    code,
    'Give it to them now: it is not shown again. It is of no use without their mailbox.',
    `It counts from ${opensAt} until ${closesAt}. They were written to, and can stop it.`,
  ]
}
