/** What a browser says it runs on, in the order in which it must be asked: Android says Linux too, and a tablet of Apple's may say Macintosh. */
const DEVICES: [name: string, saysSo: RegExp][] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Chromebook', /\bCrOS\b/],
  ['Windows', /\bWindows NT\b/],
  ['Mac', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
]

/**
 * What to call the passkey of somebody who gave it no name, so that they know which to remove when they lose a phone. Names that are the
 * same in every language; empty for what nobody knows.
 */
export function deviceName(userAgent: string | null): string {
  return DEVICES.find(([, saysSo]) => saysSo.test(userAgent ?? ''))?.[0] ?? ''
}
