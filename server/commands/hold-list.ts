import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'list',
  description: 'The holds of an organization, newest first, released ones too',
  args: {
    organization: { type: 'string', description: 'Whose', valueHint: 'org_…', required: true },
    json: JSON_ARGUMENT,
  },
  async run({ organization, json }, terminal) {
    const holds = await withPortal(terminal, ({ store }) => store.read(tx => tx.holds.list(organization)))
    if (json) terminal.out(JSON.stringify(holds))
    for (const { id, object, reason, placedAt, releasedAt } of json ? [] : holds) {
      const until = releasedAt === null ? 'in force' : `released ${new Date(releasedAt).toISOString()}`
      terminal.out(`${id}  ${object}  since ${new Date(placedAt).toISOString()}, ${until}: ${reason}`)
    }
    return 0
  },
})
