import { json, type Operation } from './operation.ts'
import { NOTICES_ANSWER } from './shapes.ts'

export const sendNoticesAgain: Operation = {
  method: 'POST',
  path: '/api/v1/deposits/{id}/notices',
  id: 'sendNoticesAgain',
  summary: 'Send the notice of every waiting message again',
  description: 'With the same link. Needs no body. Where a notice has not left yet, no second one joins it.',
  scope: 'deposit',
  answer: { status: 202, description: 'How many notices were queued.', shape: NOTICES_ANSWER },
  async run({ portal, params: [id = ''], client }) {
    return json({ queued: await portal.resendNotices({ client: await client() }, id) }, 202)
  },
}
