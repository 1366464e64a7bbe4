import type { Config } from '../config.ts'
import { developmentKeys } from './development.ts'
import { pkcs11Provider } from './pkcs11.ts'
import type { RootKeyProvider, RootKeys } from './root-keys.ts'

type KeyConfig = Pick<Config, 'environment' | 'rootKey' | 'previousRootKey' | 'keyService' | 'dataFolder'>

/** The root keys as the settings say: from a key service, from settings or files, in development from a generated file. */
export const rootKeysOf = (config: KeyConfig): Promise<RootKeys> => providerOf(config).load()

function providerOf(config: KeyConfig): RootKeyProvider {
  if (config.keyService?.wrapped) return pkcs11Provider(config.keyService)
  const given = config.rootKey === null ? developmentKeys(config) : { rootKey: config.rootKey, previous: [] }
  const previous = config.previousRootKey === null ? given.previous : [config.previousRootKey]
  return { load: async () => ({ rootKey: bytesOf(given.rootKey), previousRootKeys: previous.map(bytesOf) }) }
}

const bytesOf = (base64url: string): Uint8Array => Buffer.from(base64url, 'base64url')
