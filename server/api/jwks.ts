import { json, type Operation } from './operation.ts'
import { JWKS_ANSWER } from './shapes.ts'

export const publishKeys: Operation = {
  method: 'GET',
  path: '/.well-known/jwks.json',
  id: 'publishKeys',
  summary: 'Keys for sealing deposits',
  description: 'Keys rotate: look here at least once a day. A key is accepted for as long as it stands here.',
  scope: null,
  answer: { status: 200, description: 'A JWK set (RFC 7517).', type: 'application/jwk-set+json', shape: JWKS_ANSWER },
  async run({ portal }) {
    return json({ keys: await portal.depositKeys() }, 200, {
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=3600',
    })
  },
}
