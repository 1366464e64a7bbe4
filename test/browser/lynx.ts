import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import type { Catalogue } from '../../app/language/en.ts'
import { LANGUAGES, type Language } from '../../app/language/words.ts'
import type { Goes } from '../support/walk.ts'
import { TextScreen } from './text-screen.ts'

/** “Lynx Version 2.9.0dev.12”; null where there is none, or no `script` to give it a terminal. */
export const LYNX = versionOf()

function versionOf(): string | null {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' })
    return /^Lynx Version \S+/.exec(execFileSync('lynx', ['-version'], { encoding: 'utf8' }))?.[0] ?? null
  } catch {
    return null
  }
}

interface LynxOptions {
  /** Relative addresses lead here. */
  origin: string
  language: Language
  /** Whose word the browser takes for who the portal is, in PEM. */
  certificate: string
  /** Names the folder of what it showed, when pictures are taken (`npm run screenshots`). */
  story: string
}

const COLUMNS = 80
/** The most a VT52 can name, nearly: what a page says is seen without turning over. */
const ROWS = 90
/** The browser's own three lines stand below the page, and a page's title above it. */
const STATUS = ROWS - 3
const TAB = '\t'
const ENTER = '\r'
const CLEAR_FIELD = '\u0015'
const MOST_STOPS = 80
const CALM_MS = 15
const WITHIN_MS = 10_000
const BUSY =
  /^('A'lways|Certificate|Data transfer|Getting|HTTP|Location|Looking|Making|Read|Secure|Sending|Submitting|Using|Verified)/
const FIELD = /^\(?(Text|Password|Textarea)|^\s*Enter text/i

/** Somebody at a terminal with Lynx: Tab, letters and Enter are all they have, and the words on the screen. */
export function lynx({ origin, language, certificate, story }: LynxOptions): Goes {
  const { words } = LANGUAGES[language]
  const home = mkdtempSync(path.join(tmpdir(), 'restante-lynx-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  writeFileSync(path.join(home, 'certificate.pem'), certificate)
  // Everything else as it comes: among it, that no Referer is sent from a page whose address holds a question mark.
  const settings = { ACCEPT_ALL_COOKIES: 'TRUE', LOCALE_CHARSET: 'TRUE', SHOW_CURSOR: 'TRUE', PREFERRED_LANGUAGE: language }
  writeFileSync(
    path.join(home, 'lynx.cfg'),
    Object.entries(settings)
      .map(([name, value]) => `${name}:${value}\n`)
      .join(''),
  )

  const screen = new TextScreen(ROWS)
  let terminal: ChildProcessWithoutNullStreams | null = null
  let drawnAt = 0
  let drawings = 0
  const start = (address: string) => {
    const command = `stty rows ${ROWS} cols ${COLUMNS}; exec lynx -nopause -cfg=${home}/lynx.cfg '${address}'`
    const { PATH } = process.env
    const env = { PATH, HOME: home, TERM: 'vt52', LANG: 'C.UTF-8', SSL_CERT_FILE: path.join(home, 'certificate.pem') }
    const started = spawn('script', ['-qefc', command, '/dev/null'], { cwd: home, env: env as unknown as NodeJS.ProcessEnv })
    onTestFinished(() => void started.kill())
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      drawnAt = performance.now()
      drawings++
      screen.draw(text)
    })
    terminal = started
  }
  const seen = () => screen.lines.join('\n')
  const status = () => screen.lines[STATUS]!.trim()

  /** @throws Error with all that stands on the screen, when it does not come to be so. */
  async function until(what: string, isSo: () => boolean): Promise<void> {
    for (const end = performance.now() + WITHIN_MS; performance.now() < end; await pause(5)) {
      const isCalm = performance.now() - drawnAt > CALM_MS && drawnAt > 0
      if (isCalm && !BUSY.test(status()) && isSo()) return
    }
    throw new Error(`${what} was not there to be seen:\n${seen()}`)
  }
  const rest = () => until('An end of loading', () => true)
  /** Every key is answered by something drawn, were it only the cursor. */
  async function key(keys: string): Promise<void> {
    const before = drawings
    terminal!.stdin.write(keys)
    await until('An answer to a key', () => drawings > before)
  }
  /** From stop to stop, round and round, as far as it takes. */
  async function tabTo(what: string, isThere: () => boolean): Promise<void> {
    await rest()
    for (let stops = 0; stops < MOST_STOPS; stops++) {
      if (isThere()) return
      await key(TAB)
    }
    throw new Error(
      `There is no way to ${what} by the keyboard from ${screen.line}:${screen.column} (${fromHere().slice(0, 60)}):\n${seen()}`,
    )
  }
  const page = () => screen.lines.slice(1, STATUS)
  const fromHere = () =>
    oneLine([screen.lines[screen.line]!.slice(screen.column), ...screen.lines.slice(screen.line + 1, STATUS)])
  const beforeHere = () => oneLine([...screen.lines.slice(1, screen.line), screen.lines[screen.line]!.slice(0, screen.column)])
  const startsWith = (name: string | RegExp) => patternOf(name, '^(?:\\(BUTTON\\) )?').test(fromHere())
  const activate = async (name: string | RegExp) => {
    await tabTo(`“${name}”`, () => !FIELD.test(status()) && startsWith(name))
    await key(ENTER)
  }
  const picture = photographer(story, seen)

  return {
    words,
    async goTo(to) {
      const address = new URL(to, origin).href
      if (terminal === null) return start(address)
      await tabTo('somewhere that is no field', () => !FIELD.test(status()))
      await key('g')
      await key(`${CLEAR_FIELD}${address}`)
      await key(ENTER)
    },
    press: activate,
    follow: activate,
    async type(field, typed) {
      const isHere = () => FIELD.test(status()) && patternOf(field, '', '[^_]*$').test(beforeHere())
      await tabTo(`the field “${field}”`, isHere)
      await key(CLEAR_FIELD)
      await key(typed)
    },
    reads: said => until(`“${said}”`, () => patternOf(said).test(oneLine(page()))),
    async arrives(title) {
      await until(`The page “${title}”`, () => isHeading(String(title), page()))
      picture()
      for (const noise of noiseIn(words))
        expect.soft(oneLine(page()), 'what only a script can do is not offered').not.toContain(noise)
    },
    async says() {
      await rest()
      return page().join('\n')
    },
  }
}

const oneLine = (lines: string[]): string =>
  lines
    .map(line => line.trim())
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** What people call a thing, and what stands around it. */
function patternOf(name: string | RegExp, before = '', after = '(?![\\p{L}\\d])'): RegExp {
  const source = typeof name === 'string' ? name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&') : name.source
  return new RegExp(`${before}${source}${after}`, 'u')
}

/** A heading has lines of its own, away from where everything else begins. */
function isHeading(title: string, lines: string[]): boolean {
  const isCentred = (line: string | undefined) => /^ {4,}\S/.test(line ?? '')
  return lines.some((line, i) => isCentred(line) && [1, 2, 3].some(count => oneLine(lines.slice(i, i + count)) === title))
}

/** What asks for a script. */
const noiseIn = ({ passkey, passphrase, timeOut, draft, enrolPasskey }: Catalogue): string[] => [
  ...[passphrase.show, timeOut.title, `(BUTTON) ${timeOut.stay}`, `(BUTTON) ${draft.stop}`],
  ...[`(BUTTON) ${passkey.use}`, passkey.hint, `(BUTTON) ${enrolPasskey.go}`],
]

/** Keeps each page as it was to be read, into the folder SCREENSHOTS names; does nothing without it. */
function photographer(story: string, seen: () => string): () => void {
  const root = process.env.SCREENSHOTS
  if (!root) return () => undefined
  const folder = path.join(root, 'lynx', story)
  mkdirSync(folder, { recursive: true })
  let count = 0
  return () => writeFileSync(path.join(folder, `${String(++count).padStart(2, '0')}.txt`), `${seen()}\n`)
}
