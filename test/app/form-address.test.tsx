import { expect, test } from 'vitest'
import { Form } from '../../app/ui/Form.tsx'
import { documentWith } from './rendered.tsx'

const actionOf = (html: string): string | undefined => /<form[^>]* action="([^"]*)"/.exec(html)?.[1]
const QUERY = '?with=paper&to=/messages'

test('a form without an address of its own names the query of its page: w3m would leave it out', () => {
  expect(actionOf(documentWith(<Form>Go on</Form>, { query: QUERY }))).toBe('?with=paper&amp;to=/messages')
  expect(actionOf(documentWith(<Form to="/sign-out">Sign out</Form>, { query: QUERY }))).toBe('/sign-out')
  expect(actionOf(documentWith(<Form>Go on</Form>))).toBeUndefined()
})
