import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { PortalError } from '../errors.ts'
import type { RootKeyProvider } from './root-keys.ts'
import type { KeyService } from './token.ts'
import { type Hash, parseWrappedRootKey, type WrappedRootKey } from './wrapped-root-key.ts'

const TIME_LIMIT_SECONDS = 30
const MAX_ANSWER_BYTES = 64 * 1024

/**
 * The root key lies wrapped in a file, by an RSA key that never leaves the token (RSA-OAEP); unwrapping it is asked of the token once,
 * at start. Who copies disk and backups has nothing without the token, and who has the token nothing without the file.
 *
 * The token is reached through OpenSC's `pkcs11-tool`, a program of its own: a vendor's library never runs inside the portal, and
 * no native module has to be built.
 */
export function pkcs11Provider(service: KeyService): RootKeyProvider {
  return {
    async load() {
      const files = [service.wrapped, service.previousWrapped].filter(file => file !== null)
      // One after the other: not every token takes two sessions.
      const keys: Uint8Array[] = []
      for (const file of files) keys.push(await unwrapRootKey(service, wrappedIn(file)))
      const [rootKey, ...previousRootKeys] = keys
      if (rootKey === undefined)
        throw new PortalError('misconfigured', 'PORTAL_ROOT_KEY_WRAPPED must name the file with the root key.')
      return { rootKey, previousRootKeys }
    },
  }
}

function wrappedIn(file: string): WrappedRootKey {
  try {
    return parseWrappedRootKey(readFileSync(file, 'utf8'))
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error ? `cannot be read (${error.code})` : 'is not what `portal keys wrap-root` wrote'
    throw new PortalError('misconfigured', `The wrapped root key in ${file} ${why}.`)
  }
}

/** Asks the token for the root key: 32 bytes. */
export async function unwrapRootKey(service: KeyService, { hash, wrapped }: WrappedRootKey): Promise<Uint8Array> {
  const { algorithm, mask } = OAEP[hash]
  const secret = ['--login', '--pin', 'env:PORTAL_PKCS11_PIN', '--decrypt', '--mechanism', 'RSA-PKCS-OAEP']
  const rootKey = await ask(service, [...secret, '--hash-algorithm', algorithm, '--mgf', mask], wrapped)
  if (rootKey.length !== 32)
    throw new PortalError('misconfigured', 'What the key service unwrapped is no root key: it is not 32 bytes.')
  return rootKey
}

/** The public half of the token's key pair: SubjectPublicKeyInfo, DER. */
export const publicKeyOf = (service: KeyService): Promise<Uint8Array> => ask(service, ['--read-object', '--type', 'pubkey'])

const OAEP: Record<Hash, { algorithm: string; mask: string }> = {
  'SHA-256': { algorithm: 'SHA256', mask: 'MGF1-SHA256' },
  'SHA-1': { algorithm: 'SHA-1', mask: 'MGF1-SHA1' },
}

/** Runs the program: what goes in and comes out never touches the disk, and the PIN stands in no command line. */
function ask(service: KeyService, words: readonly string[], input: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
  const { module, token, key, pin, tool, environment } = service
  const child = spawn(tool, ['--module', module, '--token-label', token, '--id', key, ...words], {
    env: { ...environment, PORTAL_PKCS11_PIN: pin, LC_ALL: 'C' } as unknown as NodeJS.ProcessEnv, // NODE_ENV is nothing to it
    timeout: TIME_LIMIT_SECONDS * 1000,
    killSignal: 'SIGKILL',
  })
  const answer = collected(child.stdout)
  const complaint = collected(child.stderr)
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(service, error)))
    // A program that ends before it has read says why by its complaint, not by the broken pipe.
    child.stdin.once('error', () => undefined)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(answer())
      else reject(signal === 'SIGKILL' ? tooLong(service) : refused(service, complaint().toString('latin1')))
    })
    child.stdin.end(input)
  })
}

function collected(stream: NodeJS.ReadableStream): () => Buffer {
  const pieces: Buffer[] = []
  let bytes = 0
  stream.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes <= MAX_ANSWER_BYTES) pieces.push(piece)
  })
  return () => Buffer.concat(pieces)
}

const failed = (why: string) => new PortalError('misconfigured', `The root key cannot be had from the key service: ${why}`)

const notStarted = ({ tool }: KeyService, { code }: NodeJS.ErrnoException) =>
  failed(
    code === 'ENOENT'
      ? `there is no program ${tool}. It comes with OpenSC (Debian: apt-get install opensc).`
      : `${tool} cannot be run (${code}).`,
  )

const tooLong = ({ token }: KeyService) => failed(`the token ${token} has not answered for ${TIME_LIMIT_SECONDS} seconds.`)

/** In our words, so that nothing of what the program or a vendor's library may print reaches a log. */
function refused({ module, token, key }: KeyService, complaint: string): PortalError {
  const known: [RegExp, string][] = [
    [/Failed to load pkcs11 module/, `${module} is not there, or no PKCS #11 library.`],
    [/No slot with token named|No slots|CKR_TOKEN_NOT_PRESENT/, `there is no token ${token}.`],
    [/CKR_PIN_LOCKED/, `the token ${token} has locked its PIN after wrong ones.`],
    [/CKR_PIN_(INCORRECT|INVALID|LEN_RANGE)/, `the PIN is wrong for the token ${token}.`],
    [/key not found|object not found/, `the token ${token} has no key with the id ${key}.`],
    [
      /CKR_KEY_(TYPE_INCONSISTENT|FUNCTION_NOT_PERMITTED)/,
      `the key ${key} of the token ${token} is none that decrypts with RSA.`,
    ],
  ]
  const why = known.find(([pattern]) => pattern.test(complaint))?.[1]
  const code = /\bCKR_[A-Z_]+/.exec(complaint)?.[0] ?? 'no reason given'
  return failed(why ?? `the key ${key} of the token ${token} does not open it (${code}).`)
}
