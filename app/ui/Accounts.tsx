import type { AccountLine } from '../../server/portal.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { PostButton } from './PostButton.tsx'

/** The accounts of one mailbox, each with a button to go on with it. */
export function Accounts({ accounts }: { accounts: AccountLine[] }) {
  const words = useWords().which
  return (
    <ul className="files">
      {accounts.map(({ id, kind, organization, phone }) => (
        <li key={id}>
          <span>
            <strong>{organization ? <bdi>{organization}</bdi> : words.unnamed}</strong> {kind === 'staff' ? words.staff : null}
            {phone ? (
              <>
                <br />
                <span className="hint">{words.phone(phone)}</span>
              </>
            ) : null}
          </span>
          <PostButton look="other" values={{ account: id }}>
            {words.go} <span className="unseen">{organization ? <bdi>{organization}</bdi> : words.unnamed}</span>
          </PostButton>
        </li>
      ))}
    </ul>
  )
}

export const examples: Examples = {
  'two clinics, one that may not be named, and work': (
    <Accounts
      accounts={[
        { id: 'rcp_1', kind: 'recipient', organization: 'North Clinic', phone: '+1 555 010 0199' },
        { id: 'rcp_2', kind: 'recipient', organization: '', phone: '+1 555 010 0142' },
        { id: 'stf_1', kind: 'staff', organization: 'South Clinic', phone: '' },
      ]}
    />
  ),
}
