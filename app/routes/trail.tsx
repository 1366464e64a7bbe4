import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { handled } from '../http.ts'
import { staffWords } from '../language/staff.ts'
import { trailFilter } from '../trail-filter.ts'
import { Page } from '../ui/Page.tsx'
import { TrailFilter } from '../ui/TrailFilter.tsx'
import { TrailTable } from '../ui/TrailTable.tsx'

const words = staffWords.trail
export const handle = { title: () => words.title }

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const staff = context.requireStaff('compliance')
  const filter = trailFilter(new URL(request.url).searchParams)
  return { trail: await context.portal.trail(staff, filter), filter }
})

export default function Trail() {
  const { trail, filter } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} wide>
      <p>{words.text}</p>
      <TrailFilter filter={filter} />
      <TrailTable trail={trail} filter={filter} />
    </Page>
  )
}
