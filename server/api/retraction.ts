import { shaped } from '../intake/message-json.ts'
import { toIso } from '../time.ts'
import { clientsJson } from './body.ts'
import { json, type Operation } from './operation.ts'
import { RETRACTION, RETRACTION_ANSWER } from './shapes.ts'

export const retractDeposit: Operation = {
  method: 'POST',
  path: '/api/v1/deposits/{id}/retraction',
  id: 'retractDeposit',
  summary: 'Take messages back, and learn what was seen of them',
  description: 'Sent again, it answers the same: what is taken back stays so.',
  scope: 'retract',
  body: { type: 'application/json', shape: RETRACTION },
  answer: { status: 200, description: 'What became of each message.', shape: RETRACTION_ANSWER },
  async run({ request, portal, params: [id = ''], client }) {
    const { sender, body } = await clientsJson({ request, client })
    const order = shaped(RETRACTION, body)
    const results = await portal.retract({ client: sender }, id, order)
    return json({ messages: results.map(one => ({ ...one, openedAt: one.openedAt === null ? null : toIso(one.openedAt) })) })
  },
}
