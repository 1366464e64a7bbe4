import { openStorage } from '../../storage/index.ts'
import { NEW_YEAR, ROOT_KEY } from '../support/storage.ts'
import { organizationNamed } from './kept.ts'

// Keeps one organization after the other and says of each what became of it; run under a fault by fsync.test.ts.
const [directory = '', count = '0'] = process.argv.slice(2)
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

const store = await openStorage({
  ...{ url: `sqlite:${directory}/portal.db`, dataDirectory: directory, rootKey: ROOT_KEY, now: NEW_YEAR },
  onFailure: error => say({ failure: error.message }),
})
for (let number = 0; number < Number(count); number++) {
  const organization = organizationNamed(`Clinic ${number}`)
  await store
    .transaction(tx => tx.organizations.add(organization))
    .then(
      () => say({ kept: organization.id }),
      (error: Error & { code?: string }) => say({ refused: error.code, id: organization.id }),
    )
}
say(await store.health())
await store.close()
