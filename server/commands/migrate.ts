import { migrate } from '../../storage/index.ts'
import { readConfig } from '../config.ts'
import { command, JSON_ARGUMENT } from './command.ts'

export default command({
  name: 'migrate',
  description: 'Brings the database up to date; does nothing when it is',
  args: { json: JSON_ARGUMENT },
  async run({ json }, terminal) {
    const { databaseUrl: url, dataFolder: dataDirectory } = readConfig(terminal.env)
    const ran = await migrate({ url, dataDirectory, now: terminal.clock() })
    if (json) terminal.out(JSON.stringify({ ran }))
    else terminal.out(ran.length === 0 ? 'The database is up to date.' : `Ran ${ran.join(', ')}. The database is up to date.`)
    return 0
  },
})
