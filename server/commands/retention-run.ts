import { disposalPlan, disposeDue } from '../disposal.ts'
import { openLog } from '../log.ts'
import { OPERATOR } from '../trail/entry.ts'
import { doubtAbout } from '../witnessed-time.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'run',
  description: 'Destroys what no longer has to be kept and no hold covers, as the portal does by itself',
  args: {
    'dry-run': { type: 'boolean', description: 'Only say what would be destroyed' },
    'clock-is-right': {
      type: 'boolean',
      description: 'The clock of this machine was looked at: believe it, though it has leapt',
    },
    json: JSON_ARGUMENT,
  },
  async run({ 'dry-run': isDry = false, 'clock-is-right': isClockConfirmed = false, json }, terminal) {
    return withPortal(terminal, async opened => {
      const { clock, store, config } = opened
      const plan = await disposalPlan(opened)
      const doubt = await doubtAbout(clock(), store)
      const isRefused = doubt === 'clock_behind' || (doubt === 'clock_leapt' && !isClockConfirmed)
      const log = openLog(config.logLevel, clock)
      const disposed = isDry || isRefused ? 0 : await disposeDue({ ...opened, log }, { actor: OPERATOR, isClockConfirmed })
      if (json) terminal.out(JSON.stringify({ due: plan, doubt, disposed }))
      else {
        for (const { organization, retention, due, held } of plan)
          terminal.out(`${organization} ${retention}: ${due} no longer have to be kept, ${held} of them are held.`)
        terminal.out(isDry ? 'Nothing was destroyed.' : `${disposed} were disposed of.`)
      }
      if (isRefused && !isDry) {
        terminal.err(`portal retention run: Nothing was destroyed, as ${DOUBTS[doubt]}`)
        return 1
      }
      return 0
    })
  },
})

const DOUBTS = {
  clock_behind: 'the clock is behind the last entry of the trail: set it right.',
  clock_leapt: 'the clock has leapt by more than a month lately: look whether it is right, and say so with --clock-is-right.',
}
