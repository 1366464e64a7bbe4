import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { generateRootKey, parseRootKey, wrapForService } from '../../storage/index.ts'
import { readConfig } from '../config.ts'
import { isPortalError, PortalError } from '../errors.ts'
import { publicKeyOf, unwrapRootKey } from '../keys/pkcs11.ts'
import type { KeyService } from '../keys/token.ts'
import { type WrappedRootKey, writeWrappedRootKey } from '../keys/wrapped-root-key.ts'
import { command, JSON_ARGUMENT, UsedWrongly } from './command.ts'

export default command({
  name: 'wrap-root',
  description:
    'Wraps a root key by the key service that is set, into a file for PORTAL_ROOT_KEY_WRAPPED; tries that it can be unwrapped',
  args: {
    file: { type: 'positional', description: 'Where to write it; must not be there yet', required: true },
    new: { type: 'boolean', description: 'Wrap a new root key, not the one in PORTAL_ROOT_KEY' },
    json: JSON_ARGUMENT,
  },
  async run({ file, new: isNew, json }, terminal) {
    const { keyService, rootKey } = readConfig(terminal.env)
    if (keyService === null) throw new UsedWrongly('No key service is set: PORTAL_PKCS11_MODULE, _TOKEN, _KEY and _PIN.')
    if (!isNew && rootKey === null) throw new UsedWrongly('Set PORTAL_ROOT_KEY, the key to be wrapped, or say --new.')
    const wrapped = await wrap(keyService, parseRootKey(isNew ? generateRootKey() : rootKey!))
    const path = resolve(file)
    write(path, writeWrappedRootKey(wrapped))
    if (json) terminal.out(JSON.stringify({ file: path, mechanism: 'RSA-OAEP', hash: wrapped.hash }))
    else terminal.out(`Wrapped (RSA-OAEP, ${wrapped.hash}) and tried. Set PORTAL_ROOT_KEY_WRAPPED=${path}`)
    return 0
  },
})

/** By the better hash that the token knows: SoftHSM 2.6 knows SHA-1 alone. */
async function wrap(service: KeyService, rootKey: Uint8Array): Promise<WrappedRootKey> {
  const publicKey = await publicKeyOf(service)
  try {
    return await tried(service, rootKey, { hash: 'SHA-256', wrapped: wrapForService(rootKey, publicKey, 'SHA-256') })
  } catch (error) {
    if (!isPortalError(error) || !/CKR_(ARGUMENTS_BAD|MECHANISM)/.test(error.message)) throw error
    return await tried(service, rootKey, { hash: 'SHA-1', wrapped: wrapForService(rootKey, publicKey, 'SHA-1') })
  }
}

async function tried(service: KeyService, rootKey: Uint8Array, wrapped: WrappedRootKey): Promise<WrappedRootKey> {
  const unwrapped = Buffer.from(await unwrapRootKey(service, wrapped))
  if (!unwrapped.equals(rootKey))
    throw new PortalError('misconfigured', 'The key service unwraps something else than was wrapped.')
  return wrapped
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new UsedWrongly(`${path} is there already, and may be the only copy of a root key: it is not written over.`)
    throw error
  }
}
