#!/usr/bin/env node
// The operator's program, `npx portal`. It runs on a fresh clone and on whatever Node the machine has: it installs what is missing and
// hands over to the Node this project runs on. Plain JavaScript, for both may still have to happen.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledNode, prepare } from '../prepare.js'

const OLDEST_NODE = [22, 18]
const program = join(dirname(fileURLToPath(import.meta.url)), 'main.ts')

try {
  const [command, ...options] = process.argv.slice(2)
  prepare({ build: command === 'serve' && !options.includes('--help') })
  if (isNewEnough()) await import('./main.ts')
  else handOver(bundledNode())
} catch (error) {
  process.stderr.write(`portal: ${error.message}\n`)
  process.exitCode = 1
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

function handOver(node) {
  if (node === undefined) throw new Error(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`)
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Whoever stops this program means the one that does the work.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', error => {
    process.stderr.write(`portal: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
