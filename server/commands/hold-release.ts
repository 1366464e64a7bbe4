import { releaseHold } from '../holding.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'release',
  description: 'Ends a hold; what no longer has to be kept is disposed of at the next round',
  args: { hold: { type: 'positional', description: 'hld_…', required: true }, json: JSON_ARGUMENT },
  async run({ hold, json }, terminal) {
    const released = await withPortal(terminal, opened => releaseHold(opened, hold))
    terminal.out(json ? JSON.stringify(released) : `${released.id} no longer covers ${released.object}.`)
    return 0
  },
})
