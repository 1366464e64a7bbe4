import { readConfig } from '../config.ts'
import { PortalError } from '../errors.ts'
import { openLog } from '../log.ts'
import { command } from './command.ts'

export default command({
  name: 'seed',
  description: 'Fills an empty development database with a demonstration clinic, as the first start does',
  args: {},
  async run(_, terminal) {
    const config = readConfig(terminal.env)
    if (config.environment === 'production') {
      throw new PortalError('misconfigured', 'Invented patients do not belong in production: PORTAL_ENV is production.')
    }
    const [{ openParts }, { seedDemonstration }] = await Promise.all([import('../main.ts'), import('../seed.ts')])
    const { parts, close } = await openParts(config, openLog('warn', terminal.clock), true)
    try {
      await seedDemonstration(parts, { dataFolder: config.dataFolder })
    } finally {
      await close()
    }
    return 0
  },
})
