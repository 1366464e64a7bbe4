import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDevelopmentKey, newDevelopmentKey } from './development-key.ts'
import { type FieldError, PortalError } from './errors.ts'
import { type KeyService, keyService, keyServiceRefusals } from './keys/token.ts'
import { UPLOAD_LIMITS, type UploadLimits } from './parts.ts'
import { SETTINGS, type Setting, type SettingName, type SettingValues } from './settings.ts'
import { hours } from './time.ts'
import { trailNameOf } from './trail/signing.ts'

/** The environment, read once, checked and typed. */
export interface Config {
  environment: 'development' | 'production'
  /** Scheme, host and port; no slash at the end. */
  origin: string
  host: string
  port: number
  /** Addresses and ranges of the proxies in front. */
  proxies: string[]
  /** Absolute path. */
  dataFolder: string
  /** `sqlite:` with an absolute path, or `postgres://…` */
  databaseUrl: string
  /** Where the sealed content of large attachments lies; a folder by its absolute path. */
  partStore:
    | { kind: 'directory'; folder: string }
    | { kind: 'bucket'; bucket: string; endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }
  uploads: UploadLimits
  /** How long a claim code from the desk waits, in milliseconds. */
  claimCodeDelay: number
  /** 32 bytes as base64url; null in development when a key is to be generated: see {@link rootKeyOf}. */
  rootKey: string | null
  /** The root key before, while it is followed by another. */
  previousRootKey: string | null
  /** Where the root key is unwrapped; null when it stands in the settings itself. */
  keyService: KeyService | null
  /** Null: mail is caught (development). */
  smtp: { url: string; dkim: { domain: string; selector: string; privateKey: string } | null } | null
  mailFrom: string
  /** Whom backups are sealed to; null: it must be said with each. */
  backupRecipient: string | null
  seed: 'demo' | 'off'
  logLevel: string
  /** Whether the portal runs in a thread of its own beside the pages. */
  threads: 'auto' | 'one' | 'two'
  /** Name of the trail in its checkpoints and its verifier key: `portal.example/restante-trail`. */
  trailName: string
}

export type Environment = Readonly<Record<string, string | undefined>>

const TOP = dirname(dirname(fileURLToPath(import.meta.url)))

/** The process's environment, with what `.env` in the project's folder adds to it. */
export function environment(): Environment {
  const file = join(TOP, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
  return process.env
}

/**
 * Reads the settings.
 *
 * @throws PortalError `misconfigured` that lists everything that is wrong at once, in its sentence and in `fields`.
 */
export function readConfig(env: Environment): Config {
  const problems: FieldError[] = []
  const values = readValues(env, problems)
  // What was set and is wrong has been told; that it is missing would be one sentence too many.
  const told = new Set(problems.map(({ field }) => field.replace(/_FILE$/, '')))
  problems.push(...refusals(values).filter(({ field }) => !told.has(field)))
  if (problems.length > 0) throw misconfigured(problems)

  const environment = values.PORTAL_ENV ?? 'development'
  const port = values.PORT ?? 3000
  const origin = values.PORTAL_ORIGIN ?? `http://localhost:${port}`
  const dataFolder = resolve(TOP, values.PORTAL_DATA ?? 'storage/local')
  return {
    environment,
    origin,
    host: values.HOST ?? '127.0.0.1',
    port,
    proxies: values.PORTAL_PROXIES ?? [],
    dataFolder,
    databaseUrl: databaseUrl(values.DATABASE_URL, dataFolder),
    partStore: partStoreOf(values, dataFolder),
    uploads: uploadLimits(values),
    rootKey: values.PORTAL_ROOT_KEY ?? null,
    previousRootKey: values.PORTAL_ROOT_KEY_PREVIOUS ?? null,
    keyService: keyService(values, env, TOP),
    smtp: values.SMTP_URL === undefined ? null : { url: values.SMTP_URL, dkim: dkim(values) },
    claimCodeDelay: hours(values.CLAIM_CODE_HOURS ?? 24),
    mailFrom: values.MAIL_FROM ?? `Restante <no-reply@${new URL(origin).hostname}>`,
    backupRecipient: values.BACKUP_RECIPIENT ?? null,
    seed: values.PORTAL_SEED ?? (environment === 'development' ? 'demo' : 'off'),
    logLevel: values.LOG_LEVEL ?? 'info',
    threads: values.PORTAL_THREADS ?? 'auto',
    trailName: trailNameOf(origin),
  }
}

/**
 * The root key: the one that was set, or in development the one in PORTAL_DATA, which is made when it is not there.
 *
 * @returns 32 bytes as base64url.
 */
export function rootKeyOf(config: Pick<Config, 'environment' | 'rootKey' | 'dataFolder'>): string {
  if (config.rootKey !== null) return config.rootKey
  if (config.environment === 'production') throw new PortalError('misconfigured', 'PORTAL_ROOT_KEY is missing.')
  const file = join(config.dataFolder, 'root.key')
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 })
  try {
    // wx: of two programs that start at once, one makes the key and the other reads it.
    writeFileSync(file, newDevelopmentKey(), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
  const key = SETTINGS.PORTAL_ROOT_KEY.schema.safeParse(readFileSync(file, 'utf8').trim())
  if (!key.success) throw new PortalError('misconfigured', `The development key in ${file} is not whole.`)
  return key.data
}

function readValues(env: Environment, problems: FieldError[]): SettingValues {
  const read = Object.entries(SETTINGS as Record<string, Setting<unknown>>).map(([name, setting]) => {
    const raw = rawValue(env, name, setting, problems)
    if (raw === undefined) return [name, undefined]
    const parsed = setting.schema.safeParse(raw)
    if (!parsed.success) problems.push({ field: name, problem: parsed.error.issues[0]!.message })
    return [name, parsed.data]
  })
  return Object.fromEntries(read) as SettingValues
}

/** An empty setting is one that is not set. */
function rawValue(env: Environment, name: string, { secret }: Setting<unknown>, problems: FieldError[]): string | undefined {
  const value = env[name]?.trim() || undefined
  const file = secret ? env[`${name}_FILE`]?.trim() || undefined : undefined
  if (file === undefined) return value
  if (value !== undefined) problems.push({ field: `${name}_FILE`, problem: `stands beside ${name}; set one of the two` })
  try {
    return readFileSync(resolve(TOP, file), 'utf8').trim()
  } catch (error) {
    problems.push({ field: `${name}_FILE`, problem: `cannot be read (${hasCode(error) ? error.code : 'unknown error'})` })
    return undefined
  }
}

/** What is wrong with settings that are each right by themselves. */
function refusals(values: SettingValues): FieldError[] {
  const dkimGiven = [values.SMTP_DKIM_DOMAIN, values.SMTP_DKIM_SELECTOR, values.SMTP_DKIM_KEY].filter(
    value => value !== undefined,
  )
  const inProduction = values.PORTAL_ENV === 'production'
  const found: [boolean, SettingName | 'PORTAL_ENV', string][] = [
    [dkimGiven.length % 3 !== 0, 'SMTP_DKIM_KEY', 'SMTP_DKIM_DOMAIN, SMTP_DKIM_SELECTOR and SMTP_DKIM_KEY go together'],
    [
      inProduction && !values.PORTAL_ORIGIN?.startsWith('https:'),
      'PORTAL_ORIGIN',
      'must be set and begin with https:// in production',
    ],
    [
      inProduction && values.PORTAL_ROOT_KEY === undefined && values.PORTAL_ROOT_KEY_WRAPPED === undefined,
      'PORTAL_ROOT_KEY',
      'must be set in production',
    ],
    ...keyServiceRefusals(values),
    [
      inProduction && values.PORTAL_ROOT_KEY !== undefined && isDevelopmentKey(values.PORTAL_ROOT_KEY),
      'PORTAL_ROOT_KEY',
      'is a key that was generated for development; production needs one of its own',
    ],
    [
      values.PART_STORE?.kind === 'bucket' && (values.PART_STORE_KEY_ID === undefined || values.PART_STORE_SECRET === undefined),
      'PART_STORE',
      'is a bucket: set PART_STORE_KEY_ID and PART_STORE_SECRET, too',
    ],
    [inProduction && values.SMTP_URL === undefined, 'SMTP_URL', 'must be set in production'],
    [inProduction && values.PORTAL_SEED === 'demo', 'PORTAL_SEED', 'cannot be demo in production'],
  ]
  return found.filter(([is]) => is).map(([, field, problem]) => ({ field, problem }))
}

function databaseUrl(given: string | undefined, dataFolder: string): string {
  if (given === undefined || given === 'sqlite:') return `sqlite:${join(dataFolder, 'portal.db')}`
  return given.startsWith('sqlite:') ? `sqlite:${resolve(TOP, given.slice('sqlite:'.length))}` : given
}

function partStoreOf(values: SettingValues, dataFolder: string): Config['partStore'] {
  const { PART_STORE: given, PART_STORE_KEY_ID: accessKeyId = '', PART_STORE_SECRET: secretAccessKey = '' } = values
  if (given === undefined) return { kind: 'directory', folder: join(dataFolder, 'parts') }
  return given.kind === 'bucket' ? { ...given, accessKeyId, secretAccessKey } : { ...given, folder: resolve(TOP, given.folder) }
}

const uploadLimits = (values: SettingValues): UploadLimits => {
  const fileBytes = values.UPLOAD_FILE_MB ?? UPLOAD_LIMITS.fileBytes
  return { fileBytes, depositBytes: Math.max(fileBytes, values.UPLOAD_DEPOSIT_MB ?? UPLOAD_LIMITS.depositBytes) }
}

function dkim(values: SettingValues): { domain: string; selector: string; privateKey: string } | null {
  const { SMTP_DKIM_DOMAIN: domain, SMTP_DKIM_SELECTOR: selector, SMTP_DKIM_KEY: privateKey } = values
  return domain !== undefined && selector !== undefined && privateKey !== undefined ? { domain, selector, privateKey } : null
}

/** Names and rules only: a value may be a secret, and errors end up in logs. */
function misconfigured(problems: FieldError[]): PortalError {
  const list = problems.map(({ field, problem }) => `${field} ${problem}`).join('; ')
  return new PortalError('misconfigured', `The settings cannot be used: ${list}.`, { fields: problems })
}

const hasCode = (error: unknown, code?: string): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && (code === undefined || error.code === code)
