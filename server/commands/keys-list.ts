import { type KeyOverview, keyOverview } from '../keys/overview.ts'
import { toIso } from '../time.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'list',
  description: 'The root keys and the wrapping keys of each organization, epoch by epoch, and how many data keys are under each',
  args: { organization: { type: 'string', description: 'Only of this one', valueHint: 'org_…' }, json: JSON_ARGUMENT },
  async run({ organization, json }, terminal) {
    const { rootKeys, keys } = await withPortal(terminal, opened => keyOverview(opened.store, organization))
    const dated = <K extends { createdAt: number; retiredAt: number | null }>(key: K) => ({
      ...key,
      createdAt: toIso(key.createdAt),
      retiredAt: key.retiredAt === null ? null : toIso(key.retiredAt),
    })
    if (json) terminal.out(JSON.stringify({ rootKeys: rootKeys.map(dated), keys: keys.map(dated) }))
    else {
      for (const root of rootKeys) terminal.out(`${root.id}  root key since ${toIso(root.createdAt)}${ended(root.retiredAt)}`)
      for (const key of keys) terminal.out(line(key))
    }
    return 0
  },
})

const line = ({ id, organization, epoch, dataKeys, createdAt, retiredAt }: KeyOverview['keys'][number]): string =>
  `${id}  ${organization}  epoch ${epoch} since ${toIso(createdAt)}${ended(retiredAt)}  ${dataKeys} data keys`

const ended = (retiredAt: number | null): string => (retiredAt === null ? '' : `, retired ${toIso(retiredAt)}`)
