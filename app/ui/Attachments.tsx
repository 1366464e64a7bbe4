import type { AttachmentLine } from '../../server/views.ts'
import { fileKind } from '../language/file-kind.ts'
import { tellSize } from '../language/size.ts'
import { useLocale, useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { PostButton } from './PostButton.tsx'

/** Files to download. Downloading leaves a receipt, so each is a button that acts and not a link. */
export function Attachments({ files, at }: { files: AttachmentLine[]; at: string }) {
  const words = useWords().message
  const locale = useLocale()
  if (files.length === 0) return null
  return (
    <section aria-labelledby="files-title">
      <h2 id="files-title">{words.files}</h2>
      <ul className="files">
        {files.map(file => (
          <li key={file.id}>
            <span>
              <bdi>{file.name}</bdi>{' '}
              <span className="hint">
                ({words.types[fileKind(file.type)]}, <bdi>{tellSize(file.size, locale)}</bdi>)
              </span>
            </span>
            <PostButton to={`${at}/${file.id}`} look="other">
              {words.download} <bdi className="unseen">{file.name}</bdi>
            </PostButton>
          </li>
        ))}
      </ul>
    </section>
  )
}

export const examples: Examples = {
  two: (
    <Attachments
      at="/messages/msg_1/attachments"
      files={[
        { id: 'att_1', name: 'plan.pdf', type: 'application/pdf', size: 2_400_000 },
        { id: 'att_2', name: 'photo.jpg', type: 'image/jpeg', size: 310_000 },
      ]}
    />
  ),
}
