import { Presets, SingleBar } from 'cli-progress'
import { loadSooner } from '../compiled.ts'
import { environment } from '../config.ts'
import type { Terminal } from './command.ts'
import { runPortal } from './run.ts'

const { stdout, stderr } = process

const terminal: Terminal = {
  out: line => stdout.write(`${line}\n`),
  err: line => stderr.write(`${line}\n`),
  progress: stderr.isTTY ? showProgress() : () => undefined,
  interrupted,
  env: environment(),
  clock: Date.now,
}

/** The first signal asks for a good end; a second one ends the program at once. */
function interrupted(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  return stop.signal
}

// Each command is loaded when it is asked for.
loadSooner()

// Setting the code instead of exiting lets what was written reach a pipe.
process.exitCode = await runPortal(process.argv.slice(2), terminal)

/** A bar on one line of stderr, cleared when all is done. */
function showProgress(): Terminal['progress'] {
  let bar: SingleBar | undefined
  return (done, total) => {
    if (done < total && bar === undefined) {
      const format = '[{bar}] {percentage} %  {value} of {total}'
      bar = new SingleBar({ format, stream: stderr, clearOnComplete: true }, Presets.legacy)
      bar.start(total, done)
    }
    bar?.setTotal(total)
    bar?.update(done)
    if (done < total) return
    bar?.stop()
    bar = undefined
  }
}
