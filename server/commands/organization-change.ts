import { changeOrganization } from '../new-organization.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

const NONE = 'none'

export default command({
  name: 'change',
  description: 'Changes settings of an organization: those that are named; the others stay as they are',
  args: {
    organization: { type: 'string', description: 'Id of the organization', required: true },
    phone: { type: 'string', description: `Whom a patient can call for help; "${NONE}" for nobody` },
    'time-zone': { type: 'string', description: 'IANA zone its times are told in', valueHint: 'Area/City' },
    'answers-within': {
      type: 'string',
      description: `Working days within which patients may expect an answer; "${NONE}" to promise none`,
      valueHint: 'days',
    },
    json: JSON_ARGUMENT,
  },
  async run(args, terminal) {
    const days = args['answers-within']
    const changes = {
      ...(args.phone !== undefined && { phone: args.phone === NONE ? '' : args.phone }),
      ...(args['time-zone'] !== undefined && { timeZone: args['time-zone'] }),
      ...(days !== undefined && { answersWithinDays: days === NONE ? null : Number(days) }),
    }
    const {
      id,
      name,
      phone,
      timeZone,
      answersWithinDays = null,
    } = await withPortal(terminal, opened => changeOrganization(opened, args.organization, changes))
    if (args.json) terminal.out(JSON.stringify({ id, name, phone, timeZone, answersWithinDays }))
    else terminal.out(`${name} is changed.`)
    return 0
  },
})
