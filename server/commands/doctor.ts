import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { holdsPortal } from '../../storage/index.ts'
import { type Config, readConfig } from '../config.ts'
import { isPortalError } from '../errors.ts'
import { unfinishedRotations } from '../keys/overview.ts'
import { openSmtp } from '../mail/smtp.ts'
import { SETTINGS } from '../settings.ts'
import type { Store } from '../store.ts'
import { compareWithSigned } from '../trail/sign.ts'
import { checkTail } from '../trail/tail.ts'
import { command, JSON_ARGUMENT, type Terminal } from './command.ts'
import { withPortal } from './opened.ts'

const TAIL = 1_000

interface Finding {
  check: 'settings' | 'folder' | 'database' | 'keys' | 'trail' | 'files' | 'mail'
  state: 'ok' | 'note' | 'wrong'
  message: string
}

export default command({
  name: 'doctor',
  description: 'Looks whether the portal can run: settings, folder, root key, database, the end of the trail, files, mail',
  args: { json: JSON_ARGUMENT },
  async run({ json }, terminal) {
    const findings = await examine(terminal)
    const isWell = findings.every(({ state }) => state !== 'wrong')
    if (json) terminal.out(JSON.stringify({ ok: isWell, findings }))
    else for (const { state, check, message } of findings) terminal.out(`${state.padEnd(5)}  ${check.padEnd(8)}  ${message}`)
    if (!isWell && !json) terminal.err('portal doctor: The portal cannot run like this.')
    return isWell ? 0 : 1
  },
})

async function examine(terminal: Terminal): Promise<Finding[]> {
  let config: Config
  try {
    config = readConfig(terminal.env)
  } catch (error) {
    return [wrong('settings', error)]
  }
  return [
    ...settings(config, terminal),
    folder(config),
    ...(await databaseAndTrail(config, terminal)),
    await mail(config, terminal),
  ]
}

function settings(config: Config, { env }: Terminal): Finding[] {
  const known = new Set(Object.keys(SETTINGS).flatMap(name => [name, `${name}_FILE`]))
  const unknown = Object.keys(env).filter(name => /^(PORTAL|SMTP|INTAKE|METRICS)_/.test(name) && !known.has(name))
  return [
    { check: 'settings', state: 'ok', message: `${config.environment}, ${config.origin}` },
    ...unknown.map(
      (name): Finding => ({ check: 'settings', state: 'note', message: `${name} is set, but there is no such setting.` }),
    ),
  ]
}

function folder({ dataFolder }: Config): Finding {
  if (!existsSync(dataFolder))
    return { check: 'folder', state: 'note', message: `${dataFolder} is not there yet; it is made on the first start.` }
  try {
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK)
    return { check: 'folder', state: 'ok', message: dataFolder }
  } catch {
    return { check: 'folder', state: 'wrong', message: `${dataFolder} cannot be written.` }
  }
}

/** Opening the store proves the root key as well: the portal's own keys are sealed under it. */
async function databaseAndTrail(config: Config, terminal: Terminal): Promise<Finding[]> {
  const file = config.databaseUrl.startsWith('sqlite:') ? config.databaseUrl.slice('sqlite:'.length) : null
  if (file !== null && !existsSync(file)) {
    return [{ check: 'database', state: 'note', message: `${file} is not there yet; it is made on the first start.` }]
  }
  try {
    // It looks and makes nothing: neither a portal where there is none, nor tables that the programs that are serving do not know.
    if (!(await holdsPortal({ url: config.databaseUrl, dataDirectory: config.dataFolder, now: terminal.clock() })))
      return [{ check: 'database', state: 'note', message: 'There is no portal in it yet; it is made on the first start.' }]
    return await withPortal(terminal, async ({ store, settings, checkpointHistory }) => {
      const { answers, migrated } = await store.health()
      const database: Finding =
        answers && migrated
          ? { check: 'database', state: 'ok', message: 'It answers, its schema is current, and the root key is the right one.' }
          : {
              check: 'database',
              state: 'wrong',
              message: answers ? 'Its schema is not the one this program knows.' : 'It does not answer.',
            }
      const signed = { store, origin: settings.trailName, history: checkpointHistory }
      return [database, ...(await keys(store)), await trail(signed), await files(store, config)]
    })
  } catch (error) {
    return [wrong('database', error)]
  }
}

async function keys(store: Store): Promise<Finding[]> {
  try {
    const { organizations, rootKeys } = await unfinishedRotations(store)
    const unfinished = [
      ...organizations.map(
        id => `The rotation of the wrapping key of ${id} has not ended: run \`portal keys rotate --organization ${id}\`.`,
      ),
      ...rootKeys.map(id => `The rotation of the root key ${id} has not ended: run \`portal keys rotate --root\`.`),
    ]
    return unfinished.map((message): Finding => ({ check: 'keys', state: 'note', message }))
  } catch (error) {
    return [wrong('keys', error)]
  }
}

async function trail(signed: Parameters<typeof compareWithSigned>[0]): Promise<Finding> {
  try {
    const compared = await compareWithSigned(signed)
    const looked = await checkTail(signed.store, TAIL)
    if (compared === null) return { check: 'trail', state: 'note', message: 'It is empty.' }
    const message = `${compared.head.size} entries, signed up to ${compared.stored?.size ?? 0}; the last ${looked} are whole.`
    return { check: 'trail', state: 'ok', message }
  } catch (error) {
    return wrong('trail', error)
  }
}

/** Only who tries to write knows whether the account, the key of a bucket or a disk lets it. */
async function files(store: Store, { partStore, dataFolder }: Config): Promise<Finding> {
  const where = placeOf(partStore ?? { kind: 'directory', folder: join(dataFolder, 'parts') })
  try {
    if (!(await store.tryPartStore()))
      return {
        check: 'files',
        state: 'wrong',
        message: `Another portal, on a copy of this database, keeps its files in ${where}, too: neither removes any. Give it a PART_STORE of its own, then remove the object whose-these-objects-are there.`,
      }
    return { check: 'files', state: 'ok', message: `Large files can be kept in ${where}.` }
  } catch (error) {
    const { message } = wrong('files', error)
    return { check: 'files', state: 'wrong', message: `${message} Look at PART_STORE (${where}).` }
  }
}

const placeOf = (place: NonNullable<Config['partStore']>): string =>
  place.kind === 'directory' ? place.folder : `${place.bucket} at ${place.endpoint}`

async function mail({ smtp, environment, origin }: Config, { clock }: Terminal): Promise<Finding> {
  if (smtp === null) return { check: 'mail', state: 'note', message: 'Letters are caught and shown at /dev/mailbox.' }
  try {
    const { url, dkim } = smtp
    const mailer = openSmtp({
      url,
      tlsRequired: environment === 'production',
      clock,
      helloName: new URL(origin).hostname,
      ...(dkim && { dkim }),
    })
    const answers = await mailer.reachable()
    await mailer.close()
    return answers
      ? { check: 'mail', state: 'ok', message: 'The mail server answers.' }
      : { check: 'mail', state: 'wrong', message: 'The mail server does not answer, or refuses our name and password.' }
  } catch (error) {
    return wrong('mail', error)
  }
}

function wrong(check: Finding['check'], error: unknown): Finding {
  if (!(error instanceof Error)) throw error
  return { check, state: 'wrong', message: isPortalError(error) ? error.message : error.message.split('\n')[0]! }
}
