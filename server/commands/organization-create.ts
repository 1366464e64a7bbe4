import { createOrganization } from '../new-organization.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

const NO_ZONE =
  'portal organization create: its patients read every date in UTC until they choose a zone. Set its own: portal organization change --time-zone America/New_York'

export default command({
  name: 'create',
  description: 'Opens an organization: a clinic or hospital, with keys of its own',
  args: {
    name: { type: 'string', description: 'What patients know it as', required: true },
    phone: { type: 'string', description: 'Whom a patient can call for help' },
    'time-zone': { type: 'string', description: 'IANA zone its times are told in', valueHint: 'Area/City', default: 'UTC' },
    'named-in-notices': {
      type: 'boolean',
      description: 'Let e-mail notices name it; leave out where the name alone says what someone is treated for',
    },
    'answers-within': {
      type: 'string',
      description: 'Working days within which patients may expect an answer; leave out to promise none',
      valueHint: 'days',
    },
    json: JSON_ARGUMENT,
  },
  async run(args, terminal) {
    const order = {
      name: args.name,
      phone: args.phone ?? '',
      timeZone: args['time-zone'],
      namedInNotices: args['named-in-notices'] ?? false,
      answersWithinDays: args['answers-within'] === undefined ? null : Number(args['answers-within']),
    }
    // The first thing that is done to a portal, perhaps before it was ever served.
    const { id, name } = await withPortal(terminal, opened => createOrganization(opened, order), { mayBeNew: true })
    if (args['time-zone'] === 'UTC') terminal.err(NO_ZONE)
    terminal.out(args.json ? JSON.stringify({ id, name }) : `${name} is ${id}.`)
    return 0
  },
})
