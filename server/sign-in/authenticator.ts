import { NobleCryptoPlugin, ScureBase32Plugin, TOTP } from 'otplib'
import type { Instant } from '../time.ts'

const STEP_SECONDS = 30
const ISSUER = 'Restante'

const totp = new TOTP({
  issuer: ISSUER,
  algorithm: 'sha1',
  digits: 6,
  period: STEP_SECONDS,
  crypto: new NobleCryptoPlugin(),
  base32: new ScureBase32Plugin(),
})

/** A new key for an authenticator app: 160 random bits (RFC 4226, section 4, R6), base32. */
export const newAuthenticatorKey = (): string => totp.generateSecret()

/**
 * The time step whose code this is, if the code is right now.
 *
 * The step before the current one counts too, for people who type slowly; never the next (RFC 6238, section 5.2). That each step
 * counts once is for the caller to settle, by `advanceCounter` with the step that is returned.
 *
 * @param key - base32. @param after - the last step that was accepted; only later ones count.
 * @returns null when the code is wrong, was used, or is no code.
 */
export async function matchingStep(key: string, code: string, now: Instant, after: number): Promise<number | null> {
  const epoch = Math.floor(now / 1_000)
  const digits = code.replace(/\s/g, '')
  // otplib throws for both of these: for what is not six digits, and when the clock went back behind the last step.
  if (!/^[0-9]{6}$/.test(digits) || after > Math.floor(epoch / STEP_SECONDS)) return null
  const result = await totp.verify(digits, { secret: key, epoch, epochTolerance: [STEP_SECONDS, 0], afterTimeStep: after })
  return result.valid ? result.timeStep : null
}

/** What the app shows for this key at this moment. Only for demonstration people, who have no telephone: see demonstration/. */
export const authenticatorCode = (key: string, at: Instant): Promise<string> =>
  totp.generate({ secret: key.replace(/\s/g, ''), epoch: Math.floor(at / 1_000) })

/**
 * What a person needs to take a key into their app.
 *
 * @param label - the account's address, which the app shows beside its codes.
 * @returns secret: in groups of four, for typing. uri: `otpauth://…`. qrSvg: an SVG element without style or script, so that it may
 * stand in a page under a strict policy.
 */
export async function authenticatorCard(key: string, label: string): Promise<{ secret: string; uri: string; qrSvg: string }> {
  const uri = totp.toURI({ secret: key, label })
  // Loaded when somebody sets up an app: starting and standing by need it in no thread.
  const { default: QRCode } = await import('qrcode')
  const qrSvg = await QRCode.toString(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 })
  return { secret: key.match(/.{1,4}/g)!.join(' '), uri, qrSvg }
}
