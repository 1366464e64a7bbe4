import type { ReactNode } from 'react'
import { staffWords } from '../language/staff.ts'
import type { Standing } from '../language/words.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { PostButton } from './PostButton.tsx'

type Place = 'messages' | 'sent' | 'compose' | 'replies' | 'trail' | 'account'

const PLACES: Record<Standing, Place[]> = {
  nobody: [],
  partly: [],
  reader: ['messages', 'account'],
  provider: ['sent', 'replies', 'compose', 'account'],
  compliance: ['trail', 'account'],
  administrator: ['account'],
}

/** What is the same on every page: the way past it, where one is, where one can go, and help, always in the same spot. */
export function Frame({ path, children }: { path: string; children: ReactNode }) {
  const words = useWords()
  return (
    <>
      <a className="skip" href="#main">
        {words.skip}
      </a>
      <Header path={path} />
      {children}
      <Footer />
    </>
  )
}

function Header({ path }: { path: string }) {
  const words = useWords()
  const { standing, name } = useSurroundings()
  const places = PLACES[standing]
  return (
    <header className="top">
      <div className="top-line">
        <a className="brand" href="/">
          {words.portal}
        </a>{' '}
        <a className="help-link" href="/help">
          {words.nav.help}
        </a>
      </div>
      {standing === 'nobody' ? null : (
        <nav className="places" aria-label={words.menu}>
          <ul>
            {places.map(place => (
              <li key={place}>
                <a href={`/${place}`} aria-current={path === `/${place}` ? 'page' : undefined}>
                  {words.nav[place]}
                </a>
              </li>
            ))}
            <li>
              <PostButton to="/sign-out" look="plain">
                {words.nav.signOut}
              </PostButton>
            </li>
          </ul>
          {name === '' ? null : (
            <p className="who" dir="auto">
              {words.signedInAs(name)}
              {isStaff(standing) ? ` · ${staffWords.roles[standing]}` : null}
            </p>
          )}
        </nav>
      )}
    </header>
  )
}

function Footer() {
  const words = useWords()
  const { standing } = useSurroundings()
  return (
    <footer className="bottom">
      {isStaff(standing) ? null : <p>{words.footer.emergency}</p>}
      {standing === 'nobody' ? null : <p>{words.timeOut.note}</p>}
      <ul className="inline">
        <li>
          <a href="/help">{words.footer.help}</a>
        </li>
        <li>
          <a href="/language">
            <span lang="en">Language</span> · <span lang="es">Idioma</span> · <span lang="zh-Hant">語言</span> ·{' '}
            <span lang="vi">Ngôn ngữ</span> · <span lang="ru">Язык</span> ·{' '}
            <span lang="ar" dir="rtl">
              اللغة
            </span>
          </a>
        </li>
        <li>
          <a href="/display">{words.footer.display}</a>
        </li>
      </ul>
    </footer>
  )
}

const isStaff = (standing: Standing): standing is 'provider' | 'compliance' | 'administrator' =>
  standing === 'provider' || standing === 'compliance' || standing === 'administrator'

const inside = (
  <main id="main">
    <h1>A page</h1>
  </main>
)
export const examples: Examples = {
  'before signing in': <Frame path="/">{inside}</Frame>,
}
