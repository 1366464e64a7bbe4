import { placeHold } from '../holding.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'place',
  description: 'Keeps what it covers from being destroyed, until it is released',
  args: {
    organization: { type: 'string', description: 'Whose it is', valueHint: 'org_…', required: true },
    object: {
      type: 'string',
      description: 'A message, deposit, thread or recipient; everything of the organization when left out',
      valueHint: 'id',
    },
    reason: { type: 'string', description: 'Why; kept sealed', required: true },
    json: JSON_ARGUMENT,
  },
  async run({ organization, object = organization, reason, json }, terminal) {
    const hold = await withPortal(terminal, opened => placeHold(opened, { organization, object, reason }))
    terminal.out(json ? JSON.stringify(hold) : `${hold.id} covers ${object}.`)
    return 0
  },
})
