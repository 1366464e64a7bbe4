import { z } from 'zod'
import { isRange } from './web/network.ts'

/** One line of the environment: what it is for, what it may be, what it is when nobody says. */
export interface Setting<T> {
  /** For `.env.example` and the README. */
  about: string
  /** Shown in `.env.example`: the default, or how a value looks. */
  example: string
  schema: z.ZodType<T, string>
  /** A secret may stand in a file instead, named by the setting with `_FILE` behind its name. */
  secret?: true
}

const setting = <T>(about: string, example: string, schema: z.ZodType<T, string>, more: { secret?: true } = {}): Setting<T> => ({
  about,
  example,
  schema,
  ...more,
})

const text = z.string()
const oneOf = <const W extends string>(...words: [W, ...W[]]) =>
  z.enum(words, `must be one of: ${words.join(', ')}`) as z.ZodType<W, string>
const port = text
  .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535')
  .transform(Number)
  .refine(value => value <= 65_535, 'must be a port, 0 to 65535')

const origin = text
  .refine(
    value => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    'must be a web address such as https://portal.example',
  )
  .refine(
    value => !URL.canParse(value) || new URL(value).href === `${new URL(value).origin}/`,
    'must be scheme, host and port alone: no path, no user',
  )
  .transform(value => new URL(value).origin)

const ranges = text
  .transform(value => value.split(',').map(range => range.trim()))
  .refine(values => values.every(isRange), 'must be addresses or ranges such as 10.0.0.0/8, separated by commas')

const database = text.refine(
  value => /^sqlite:/.test(value) || (/^postgres(ql)?:\/\//.test(value) && URL.canParse(value)),
  'must begin with sqlite: or postgres://',
)
const smtp = text.refine(
  value => /^smtps?:\/\/[^/]/.test(value) && URL.canParse(value),
  'must look like smtp://user:password@host:587 or smtps://host:465',
)

/** A folder, or a bucket and the service it is at. */
const partStore = text.transform((value, context): PartStoreSetting => {
  const folder = /^directory:(.+)$/.exec(value)?.[1]
  if (folder !== undefined) return { kind: 'directory', folder }
  const url = value.startsWith('s3://') && URL.canParse(value) ? new URL(value) : null
  const endpoint = url?.searchParams.get('endpoint') ?? ''
  if (url !== null && /^[a-z0-9.-]{3,63}$/.test(url.hostname) && /^https?:/.test(endpoint) && URL.canParse(endpoint)) {
    return { kind: 'bucket', bucket: url.hostname, endpoint, region: url.searchParams.get('region') ?? 'us-east-1' }
  }
  context.addIssue('must look like directory:PATH or s3://bucket?endpoint=https://s3.example&region=eu-central-1')
  return z.NEVER
})

/** Where the content of large attachments lies; the credentials of a bucket are settings of their own. */
export type PartStoreSetting =
  | { kind: 'directory'; folder: string }
  | { kind: 'bucket'; bucket: string; endpoint: string; region: string }

const MEGABYTE = 1024 * 1024
const megabytes = text
  .regex(/^[1-9]\d{0,4}$/, 'must be a number of megabytes, 1 to 99999')
  .transform(value => Number(value) * MEGABYTE)

/** 32 bytes have exactly one base64url form: what Node would not write again was mistyped or cut short. */
const rootKey = text.refine(value => {
  const bytes = Buffer.from(value, 'base64url')
  return bytes.length === 32 && bytes.toString('base64url') === value
}, 'must be 32 bytes, written as 43 characters of base64url')

const hoursOfWait = text
  .refine(value => /^\d{1,2}$/.test(value) && Number(value) >= 1 && Number(value) <= 72, 'must be a number of hours, 1 to 72')
  .transform(Number)

const hexadecimal = text.regex(/^([0-9a-f]{2})+$/i, 'must be pairs of hexadecimal digits')

/** Every setting there is. `.env.example` is written from this table (test/server/config.test.ts). */
export const SETTINGS = {
  PORTAL_ENV: setting(
    'development or production. Production wants an https origin, a root key and SMTP_URL.',
    'development',
    oneOf('development', 'production'),
  ),
  PORTAL_ORIGIN: setting(
    'Where people reach the portal. The only source of links, of the cookie’s scope and of what passkeys are bound to.',
    'http://localhost:3000',
    origin,
  ),
  HOST: setting('Address to listen on.', '127.0.0.1', text),
  PORT: setting('Port to listen on.', '3000', port),
  PORTAL_PROXIES: setting(
    'Addresses or ranges of the reverse proxies in front, separated by commas: their X-Forwarded-For says which network a visitor comes ' +
      'from, so that nobody’s tries to sign in hold up everybody’s. Without it the address of the connection counts.',
    '127.0.0.1, 10.0.0.0/8',
    ranges,
  ),
  PORTAL_DATA: setting(
    'Folder of the database, of the checkpoint history and, in development, of the generated key and the caught mail. Relative to the project.',
    'storage/local',
    text,
  ),
  DATABASE_URL: setting(
    'The database: sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full. A file portal.db in PORTAL_DATA when absent.',
    'sqlite:storage/local/portal.db',
    database,
    {
      secret: true,
    },
  ),
  PART_STORE: setting(
    'Where the sealed content of large attachments lies: directory:PATH, or s3://BUCKET?endpoint=URL&region=NAME. The folder parts in ' +
      'PORTAL_DATA when absent. Belongs into every backup of the database.',
    'directory:storage/local/parts',
    partStore,
  ),
  PART_STORE_KEY_ID: setting('Access key id of the bucket.', 'AKIA0123456789EXAMPLE', text, { secret: true }),
  PART_STORE_SECRET: setting('Secret access key of the bucket.', '', text, { secret: true }),
  UPLOAD_FILE_MB: setting('How much one file of a deposit may hold, in megabytes.', '100', megabytes),
  UPLOAD_DEPOSIT_MB: setting('How much all files of one deposit may hold together, in megabytes.', '200', megabytes),
  PORTAL_ROOT_KEY: setting(
    'The key everything is sealed under: 32 random bytes as base64url (openssl rand 32 | basenc --base64url | tr -d =). Keep a copy somewhere else: ' +
      'without it nothing can ever be read again. Development makes one in PORTAL_DATA.',
    '',
    rootKey,
    { secret: true },
  ),
  PORTAL_ROOT_KEY_PREVIOUS: setting(
    'The root key before, beside the new one, until `portal keys rotate --root` is done.',
    '',
    rootKey,
    { secret: true },
  ),
  PORTAL_ROOT_KEY_WRAPPED: setting(
    'Instead of PORTAL_ROOT_KEY: a file with the root key as a key service wrapped it (`portal keys wrap-root`).',
    'storage/local/root-key.wrapped',
    text,
  ),
  PORTAL_ROOT_KEY_WRAPPED_PREVIOUS: setting('The same of the root key before.', 'storage/local/root-key-before.wrapped', text),
  PORTAL_PKCS11_MODULE: setting(
    'The key service: library of a PKCS #11 token (hardware security module, SoftHSM).',
    '/usr/lib/softhsm/libsofthsm2.so',
    text,
  ),
  PORTAL_PKCS11_TOKEN: setting('Label of the token.', 'restante', text),
  PORTAL_PKCS11_KEY: setting('Id of its RSA key pair of at least 3072 bits, in hexadecimal.', '01', hexadecimal),
  PORTAL_PKCS11_PIN: setting('PIN of the token.', '123456', text, { secret: true }),
  PORTAL_PKCS11_TOOL: setting('OpenSC’s program that speaks to the token.', 'pkcs11-tool', text),
  BACKUP_RECIPIENT: setting(
    'Whom backups are sealed to: the line that portal backup keygen prints. The other half is kept away from the portal.',
    'restante-backup-recipient-1:the-line-that-portal-backup-keygen-prints--',
    text.refine(
      value => /^restante-backup-recipient-1:[\w-]{43}$/.test(value),
      'must be the line that portal backup keygen prints',
    ),
  ),
  CLAIM_CODE_HOURS: setting(
    'How long a claim code from the desk waits before it counts, in hours: time for the account’s own person to read the letter and stop it.',
    '24',
    hoursOfWait,
  ),
  SMTP_URL: setting(
    'Mail server for notices. Development catches mail at /dev/mailbox when absent.',
    'smtp://user:password@mail.example:587',
    smtp,
    {
      secret: true,
    },
  ),
  MAIL_FROM: setting('Sender of notices.', 'Secure messages <no-reply@portal.example>', text),
  SMTP_DKIM_DOMAIN: setting('Signs notices for this domain; with SMTP_DKIM_SELECTOR and SMTP_DKIM_KEY.', 'portal.example', text),
  SMTP_DKIM_SELECTOR: setting('Name of the key in the domain’s DNS.', 'restante', text),
  SMTP_DKIM_KEY: setting('Private key, PEM.', '', text, { secret: true }),
  PORTAL_SEED: setting(
    'demo: an empty development database is filled with a demonstration clinic. off: it stays empty.',
    'demo',
    oneOf('demo', 'off'),
  ),
  LOG_LEVEL: setting(
    'How much is logged, as JSON lines on stdout.',
    'info',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  ),
  PORTAL_THREADS: setting(
    'two: database and cryptography get a thread of their own beside HTTP and pages. one: all in one. auto: two where there is more than one core.',
    'auto',
    oneOf('auto', 'one', 'two'),
  ),
} satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS

/** What was set, checked and typed; absent ones are undefined. */
export type SettingValues = { [N in SettingName]: z.output<(typeof SETTINGS)[N]['schema']> | undefined }

/** The text of `.env.example`: every setting, commented out, with what it is for. */
export function envExample(): string {
  const lines = Object.entries(SETTINGS as Record<string, Setting<unknown>>).map(([name, { about, example, secret }]) => {
    const file = secret ? `# May stand in a file: ${name}_FILE=/path\n` : ''
    return `# ${about}\n${file}#${name}=${/[ <>#]/.test(example) ? `"${example}"` : example}\n`
  })
  return `${HEADING}\n${lines.join('\n')}`
}

const HEADING = `# The portal's settings, all of them optional in development. Copy to .env, or set them in the environment, which goes before .env.
# Written from server/settings.ts: change it there.
`
