import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
const PIN = '4321'

/** Whether a software token and the program that speaks to tokens are on this machine (Debian: softhsm2, opensc). */
export const hasSoftHsm = existsSync(MODULE) && ['/usr/bin/softhsm2-util', '/usr/bin/pkcs11-tool'].every(tool => existsSync(tool))

/** Settings that name a token which is not there. */
export const ANY_TOKEN = {
  PORTAL_PKCS11_MODULE: '/nowhere/token.so',
  PORTAL_PKCS11_TOKEN: 'restante',
  PORTAL_PKCS11_KEY: '01',
  PORTAL_PKCS11_PIN: PIN,
  PATH: '/usr/bin:/bin',
}

/** A real token in a folder of its own, with an RSA key pair `01`, another `02`, a short one `03` and an AES key `04`. */
export function softToken(folder: string): Record<string, string> {
  const tokens = join(folder, 'tokens')
  const conf = join(folder, 'softhsm2.conf')
  mkdirSync(tokens, { recursive: true })
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  const env = { PATH: '/usr/bin:/bin', SOFTHSM2_CONF: conf } as unknown as NodeJS.ProcessEnv
  const run = (program: string, ...words: string[]) => execFileSync(program, words, { env, stdio: 'pipe' })
  run('softhsm2-util', '--init-token', '--free', '--label', 'restante', '--so-pin', '12345678', '--pin', PIN)
  const make = (...words: string[]) =>
    run('pkcs11-tool', '--module', MODULE, '--token-label', 'restante', '--login', '--pin', PIN, '--sensitive', ...words)
  make('--keypairgen', '--key-type', 'rsa:3072', '--id', '01', '--usage-decrypt')
  make('--keypairgen', '--key-type', 'rsa:3072', '--id', '02', '--usage-decrypt')
  make('--keypairgen', '--key-type', 'rsa:2048', '--id', '03', '--usage-decrypt')
  make('--keygen', '--key-type', 'AES:32', '--id', '04')
  return { ...ANY_TOKEN, PORTAL_PKCS11_MODULE: MODULE, SOFTHSM2_CONF: conf }
}
