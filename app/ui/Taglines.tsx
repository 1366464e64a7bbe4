import { TAGLINES } from '../language/taglines.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

/** Fifteen languages, each in its own words: first their names, so that nobody has to look through the others. */
export function Taglines() {
  const words = useWords().language
  return (
    <>
      <h2>{words.help}</h2>
      <p>{words.helpText}</p>
      <ul className="inline">
        {TAGLINES.map(({ language, name, direction }) => (
          <li key={language}>
            <a href={`#${language}`} lang={language} dir={direction}>
              {name}
            </a>
          </li>
        ))}
      </ul>
      {TAGLINES.map(({ language, name, direction, attention, call }) => (
        <section key={language} id={language} lang={language} dir={direction} className="tagline">
          <h3>{name}</h3>
          <p>
            {attention} {call}
          </p>
        </section>
      ))}
    </>
  )
}

export const examples: Examples = { all: <Taglines /> }
