import { readConfig } from '../config.ts'
import type { ServeRole } from '../open-portal.ts'
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
    role: {
      type: 'enum',
      options: ['all', 'web', 'jobs'],
      description:
        'web: answers people and systems, and does none of the work below. jobs: sends letters, expires messages, signs the trail; answers /livez and /readyz alone. all: both',
      default: 'all',
    },
  },
  async run({ migrate, role }, terminal) {
    const { run } = await import('../main.ts')
    await run(readConfig(terminal.env), { migrate, role: role as ServeRole })
    return 0
  },
})
