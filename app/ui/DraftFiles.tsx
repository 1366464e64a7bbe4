import type { AttachmentLine } from '../../server/views.ts'
import { tellSize } from '../language/size.ts'
import { useLocale, useWords } from '../language/words.ts'
import { Button } from './Button.tsx'
import type { Examples } from './example.ts'

/** Files that wait with what somebody writes; each can be taken out again by a button of the form they stand in. */
export function DraftFiles({ files }: { files: AttachmentLine[] }) {
  const words = useWords().reply
  const locale = useLocale()
  return (
    // The script shows those that it has sent in the same way.
    <div className="draft-files" data-title={words.added} data-remove={words.remove}>
      {files.length === 0 ? null : (
        <section aria-labelledby="added">
          <h2 id="added">{words.added}</h2>
          <ul className="files">
            {files.map(file => (
              <li key={file.id}>
                <span>
                  <bdi>{file.name}</bdi> <span className="hint">({tellSize(file.size, locale)})</span>
                </span>
                <Button look="other" says={['remove', file.id]}>
                  {words.remove} <span className="unseen">{file.name}</span>
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

export const examples: Examples = {
  none: <DraftFiles files={[]} />,
  two: (
    <DraftFiles
      files={[
        { id: 'file_1', name: 'photo.jpg', type: 'image/jpeg', size: 310_000 },
        { id: 'file_2', name: 'diary.pdf', type: 'application/pdf', size: 2_400_000 },
      ]}
    />
  ),
}
