import { readConfig } from '../config.ts'
import { command } from './command.ts'

export default command({
  name: 'serve',
  description: 'Serves the portal until SIGTERM; prints one JSON line when it is ready',
  args: {
    migrate: {
      type: 'boolean',
      description: 'Bring the database up to date first',
      negativeDescription: 'Refuse to start on an older database instead',
      default: true,
    },
  },
  async run({ migrate }, terminal) {
    const { run } = await import('../main.ts')
    await run(readConfig(terminal.env), { migrate })
    return 0
  },
})
