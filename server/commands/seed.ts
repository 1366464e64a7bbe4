import { readConfig } from '../config.ts'
import { PortalError } from '../errors.ts'
import { openLog } from '../log.ts'
import { command, JSON_ARGUMENT } from './command.ts'

export default command({
  name: 'seed',
  description: 'Fills an empty development database with a demonstration clinic, as the first start does',
  args: { json: JSON_ARGUMENT },
  async run({ json }, terminal) {
    const config = readConfig(terminal.env)
    if (config.environment === 'production') {
      throw new PortalError('misconfigured', 'Invented patients do not belong in production: PORTAL_ENV is production.')
    }
    const [{ openParts }, { seedDemonstration }] = await Promise.all([import('../open-portal.ts'), import('../seed.ts')])
    const { parts, close } = await openParts(config, {
      log: openLog('warn', terminal.clock),
      clock: terminal.clock,
      migrate: true,
    })
    try {
      const demonstration = await seedDemonstration(parts, { dataFolder: config.dataFolder })
      if (demonstration === null) throw new PortalError('conflict', 'The database is not empty, and holds no demonstration.')
      if (json) terminal.out(JSON.stringify(demonstration))
      else for (const person of demonstration.people) terminal.out(`${person.address}  ${person.role}  ${person.howToSignIn}`)
    } finally {
      await close()
    }
    return 0
  },
})
