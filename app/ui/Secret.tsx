import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

interface SecretProps {
  secret: string
  uri: string
  qrSvg: string
}

/** The app's key: as a picture to scan, as text in groups of four, as a link for an app on this very phone. */
export function Secret({ secret, uri, qrSvg }: SecretProps) {
  const words = useWords().enrolApp
  const groups = secret.replaceAll(' ', '').match(/.{1,4}/g) ?? []
  return (
    <>
      <img className="qr" src={`data:image/svg+xml,${encodeURIComponent(qrSvg)}`} alt={words.qr} width={240} height={240} />
      <p>
        {words.key}
        <br />
        <code className="secret">{groups.join(' ')}</code>
      </p>
      <p>
        <a href={uri}>{words.open}</a>
      </p>
    </>
  )
}

export const examples: Examples = {
  plain: (
    <Secret
      secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
      uri="otpauth://totp/Portal:ada@example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
      qrSvg='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1H0z"/></svg>'
    />
  ),
}
