import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, rootKeyOf } from '../config.ts'
import { newDevelopmentKey } from '../development-key.ts'

type Generated = Pick<Config, 'environment' | 'rootKey' | 'dataFolder'>

/** The generated key, and during a rotation the next one before it. Both are base64url. */
export function developmentKeys(config: Generated): { rootKey: string; previous: string[] } {
  const key = rootKeyOf(config)
  const next = nextFile(config)
  return existsSync(next) ? { rootKey: readFileSync(next, 'utf8').trim(), previous: [key] } : { rootKey: key, previous: [] }
}

/** Generates the key that follows, beside the one in use; one that a rotation left there is taken again. */
export function addDevelopmentKey(config: Generated): void {
  rootKeyOf(config)
  if (!existsSync(nextFile(config))) writeFileSync(nextFile(config), newDevelopmentKey(), { flag: 'wx', mode: 0o600 })
}

/** The next key takes the place of the one before, which is gone with it. */
export const replaceDevelopmentKey = (config: Generated): void =>
  renameSync(nextFile(config), join(config.dataFolder, 'root.key'))

const nextFile = ({ dataFolder }: Generated): string => join(dataFolder, 'root.key.next')
