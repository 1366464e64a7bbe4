import { environment } from '../config.ts'
import type { Terminal } from './command.ts'
import { runPortal } from './run.ts'

const { stdout, stderr } = process

const terminal: Terminal = {
  out: line => stdout.write(`${line}\n`),
  err: line => stderr.write(`${line}\n`),
  progress: stderr.isTTY ? showProgress() : () => undefined,
  env: environment(),
  clock: Date.now,
}

// Setting the code instead of exiting lets what was written reach a pipe.
process.exitCode = await runPortal(process.argv.slice(2), terminal)

/** A bar on one line of stderr; redrawn only when a percent has passed, cleared when all is done. */
function showProgress(): Terminal['progress'] {
  const width = 40
  let shown = -1
  return (done, total) => {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100)
    if (percent === shown) return
    shown = percent
    const filled = Math.round((percent / 100) * width)
    stderr.write(`\r[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${String(percent).padStart(3)} %`)
    if (percent === 100) stderr.write('\r\u001b[2K')
  }
}
