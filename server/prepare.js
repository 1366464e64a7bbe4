// Makes a fresh clone ready to run: installs packages when they are missing or not those of package-lock.json, and with --build builds
// the pages and gathers libraries when they are missing or older than what they are made of. Says what it does on stderr; silent when there is nothing to do.
//
// Plain JavaScript for any Node from 18 on, without packages: it runs before anything is installed, on whatever Node the machine has.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, linkSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const top = dirname(dirname(fileURLToPath(import.meta.url)))
const lockFile = join(top, 'package-lock.json')
const modules = join(top, 'node_modules')
/** Holds the hash of the package-lock.json that node_modules was installed from. */
const remembered = join(modules, '.restante-lock')
/** npm's own record of what it put into node_modules. */
const installed = join(modules, '.package-lock.json')
const gathering = join(top, 'server', 'libraries.js')
/** Of each step of the build, what it ends with. */
const built = [join(top, 'build', 'server', 'index.js'), join(top, 'build', 'libraries', 'zod.js')]
/** Two programs started at once in a fresh clone must not install into each other's hands. */
const turn = join(top, '.preparing')

/**
 * @param {{ build?: boolean }} [what]
 * @throws {Error} with a sentence for the operator when npm failed.
 */
export function prepare({ build = false } = {}) {
  if (isInstalled() && !(build && isBuildOld())) return
  takeTurn(() => {
    if (!isInstalled()) install()
    if (build && isBuildOld()) buildPages()
  })
}

/** The bundled Node of the version this project runs on; undefined on systems for which none is bundled. */
export function bundledNode() {
  const node = join(modules, '.bin', 'node')
  return existsSync(node) ? node : undefined
}

function isInstalled() {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex')
  if (existsSync(remembered)) return readFileSync(remembered, 'utf8') === hash
  if (!existsSync(installed) || !isInstalledByHand()) return false
  writeFileSync(remembered, hash)
  return true
}

/** Whether npm already put there exactly what the lock file asks for, because somebody ran `npm ci` themselves. */
function isInstalledByHand() {
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === '' || present[path]?.version === version || (!(path in present) && (optional || devOptional || peer)),
  )
}

function install() {
  say('Installing the packages (about half a minute, once)…')
  run(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], 'The packages could not be installed')
  writeFileSync(remembered, createHash('sha256').update(readFileSync(lockFile)).digest('hex'))
}

function buildPages() {
  say('Building the pages…')
  run(['run', '--silent', 'build'], 'The pages could not be built')
}

function isBuildOld() {
  if (!built.every(existsSync)) return true
  const since = Math.min(...built.map(file => statSync(file).mtimeMs))
  const sources = [join(top, 'remix.config.js'), gathering, lockFile, ...filesOf(join(top, 'app'))]
  return sources.some(file => statSync(file).mtimeMs > since)
}

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesOf(path) : [path]
  })
}

function run(npmArguments, failure) {
  // npm's own program when npm started us, so that no second npm has to be found. Its stdout goes to our stderr: ours may be read as JSON.
  const npm = process.env.npm_execpath
  const isNpm = npm !== undefined && /npm-cli\.js$/.test(npm)
  const [command, first] = isNpm ? [process.execPath, [npm]] : ['npm', []]
  const { status, signal, error } = spawnSync(command, [...first, ...npmArguments], {
    cwd: top,
    stdio: ['ignore', 2, 2],
    shell: !isNpm && process.platform === 'win32',
    env: withoutCallersOptions(process.env),
  })
  if (error) throw new Error(`${failure}: npm cannot be started (${error.message}).`)
  if (signal) process.exit(128 + (constants.signals[signal] ?? 0))
  if (status !== 0) throw new Error(`${failure}: npm ${npmArguments[0]} ended with ${status}; what it said is above.`)
}

/** What `npx` was told for itself (such as --omit, --prefix, --package) is not meant for the installation. */
function withoutCallersOptions(environment) {
  const calls =
    /^npm_config_(omit|include|only|production|prefix|global|package|call|dry_run|workspace|workspaces|local_prefix)$/i
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !calls.test(name)))
}

function takeTurn(work) {
  while (!claimTurn()) pause(200)
  try {
    work()
  } finally {
    rmSync(turn, { force: true })
  }
}

/** Linking succeeds for exactly one, and the file says from its first moment whose turn it is. A turn whose owner died is ended. */
function claimTurn() {
  const mine = `${turn}-${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, turn)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isOwnerAlive()) rmSync(turn, { force: true })
    return false
  } finally {
    rmSync(mine)
  }
}

function isOwnerAlive() {
  try {
    process.kill(Number(readFileSync(turn, 'utf8')), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const pause = milliseconds => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
const say = sentence => process.stderr.write(`${sentence}\n`)

const isProgram = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (isProgram) {
  try {
    prepare({ build: process.argv.includes('--build') })
  } catch (error) {
    say(error.message)
    process.exitCode = 1
  }
}
