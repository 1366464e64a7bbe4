import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

interface Setting {
  name: string
  /** As it is now, each on a line of its own. */
  value: string[]
  /** The page where it is changed. */
  to: string
}

/** What is set, and the way to change it: one thing a page. */
export function Settings({ lines }: { lines: Setting[] }) {
  const words = useWords().preferences
  return (
    <dl className="facts settings">
      {lines.map(({ name, value, to }) => (
        <div key={to}>
          <dt>{name}</dt>
          {value.map(one => (
            <dd key={one}>
              <bdi>{one}</bdi>
            </dd>
          ))}
          <dd>
            <a href={to}>
              {words.change}
              <span className="unseen">: {name}</span>
            </a>
          </dd>
        </div>
      ))}
    </dl>
  )
}

export const examples: Examples = {
  plain: (
    <Settings
      lines={[
        { name: 'Language', value: ['English'], to: '/language' },
        { name: 'Text and colors', value: ['Largest', 'Dark'], to: '/display' },
      ]}
    />
  ),
}
