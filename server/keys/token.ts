import { resolve } from 'node:path'
import { SETTINGS, type SettingName, type SettingValues } from '../settings.ts'

/** A token that is spoken to in PKCS #11: a hardware security module, a smart card, SoftHSM. */
export interface KeyService {
  /** Path of the vendor's library. */
  module: string
  /** Label of the token. */
  token: string
  /** CKA_ID of the RSA key pair, in hexadecimal. */
  key: string
  pin: string
  /** OpenSC's program: a name on the path, or a path. */
  tool: string
  /** What the program runs with: the portal's environment without the portal's own settings. */
  environment: Readonly<Record<string, string>>
  /** File with the wrapped root key; null while there is none yet. */
  wrapped: string | null
  /** The same of the root key before. */
  previousWrapped: string | null
}

/** The root key comes from one place, and a key service needs everything that names its key. */
export function keyServiceRefusals(values: SettingValues): [boolean, SettingName, string][] {
  const needed = ['PORTAL_PKCS11_MODULE', 'PORTAL_PKCS11_TOKEN', 'PORTAL_PKCS11_KEY', 'PORTAL_PKCS11_PIN'] as const
  const isUsed = values.PORTAL_ROOT_KEY_WRAPPED !== undefined || needed.some(name => values[name] !== undefined)
  const besides = 'stands beside PORTAL_ROOT_KEY_WRAPPED; the root key comes from one place'
  return [
    [values.PORTAL_ROOT_KEY_WRAPPED !== undefined && values.PORTAL_ROOT_KEY !== undefined, 'PORTAL_ROOT_KEY', besides],
    [
      values.PORTAL_ROOT_KEY_WRAPPED !== undefined && values.PORTAL_ROOT_KEY_PREVIOUS !== undefined,
      'PORTAL_ROOT_KEY_PREVIOUS',
      'stands beside PORTAL_ROOT_KEY_WRAPPED; wrap it, too, for PORTAL_ROOT_KEY_WRAPPED_PREVIOUS',
    ],
    [
      values.PORTAL_ROOT_KEY_WRAPPED_PREVIOUS !== undefined && values.PORTAL_ROOT_KEY_WRAPPED === undefined,
      'PORTAL_ROOT_KEY_WRAPPED_PREVIOUS',
      'stands without PORTAL_ROOT_KEY_WRAPPED',
    ],
    ...needed.map((name): [boolean, SettingName, string] => [
      isUsed && values[name] === undefined,
      name,
      'must be set for the key service',
    ]),
  ]
}

/**
 * The key service, when one is set. Of the portal's settings its program gets none but the PIN.
 *
 * @param top - folder that paths are relative to.
 */
export function keyService(
  values: SettingValues,
  env: Readonly<Record<string, string | undefined>>,
  top: string,
): KeyService | null {
  const { PORTAL_PKCS11_MODULE: module, PORTAL_PKCS11_TOKEN: token, PORTAL_PKCS11_KEY: key, PORTAL_PKCS11_PIN: pin } = values
  if (module === undefined || token === undefined || key === undefined || pin === undefined) return null
  const others = Object.entries(env).filter(
    ([name]) => !Object.keys(SETTINGS).some(own => name === own || name === `${own}_FILE`),
  )
  const file = (path: string | undefined) => (path === undefined ? null : resolve(top, path))
  return {
    ...{ module, token, key, pin, tool: values.PORTAL_PKCS11_TOOL ?? 'pkcs11-tool' },
    environment: Object.fromEntries(others.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    wrapped: file(values.PORTAL_ROOT_KEY_WRAPPED),
    previousWrapped: file(values.PORTAL_ROOT_KEY_WRAPPED_PREVIOUS),
  }
}
