import { inviteStaff } from '../sign-in/invitation.ts'
import { ROLES, type Role } from '../staff.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'invite',
  description: 'Sends somebody a link to join an organization; again, if they have not used the first',
  args: {
    organization: { type: 'string', description: 'Whom they work for', valueHint: 'org_…', required: true },
    email: { type: 'string', description: 'Where the link goes', required: true },
    role: { type: 'enum', description: 'What they may do', options: [...ROLES], required: true },
    name: { type: 'string', description: 'What patients see beside their messages; the address when left out' },
    anew: { type: 'boolean', description: 'They have joined and lost every way to sign in: take those away first' },
    json: JSON_ARGUMENT,
  },
  async run({ organization, email, role, name, anew, json }, terminal) {
    const member = { organization, address: email, role: role as Role, name: name ?? email, anew: anew === true }
    const { id, link } = await withPortal(terminal, opened => inviteStaff(opened, member))
    terminal.out(json ? JSON.stringify({ id, link }) : `${id} was invited. The link works once, within a week:\n${link}`)
    return 0
  },
})
