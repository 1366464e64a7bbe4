import type { Display } from '../server/preferences.ts'

/** How pages look to somebody who has chosen nothing. */
export const AS_THE_DEVICE: Display = { textSize: 'normal', contrast: 'device', theme: 'device' }

/** What can be chosen, in the order in which it is asked. */
export const DISPLAY_CHOICES = {
  textSize: ['normal', 'large', 'largest'],
  contrast: ['device', 'more'],
  theme: ['device', 'light', 'dark'],
} as const satisfies { [Part in keyof Display]: readonly Display[Part][] }

/** What a form says of how pages shall look; what it does not say stays as on the device. */
export function displayOf(said: { [Part in keyof Display]: string }): Display {
  const { textSize, contrast, theme } = DISPLAY_CHOICES
  return {
    textSize: textSize.find(one => one === said.textSize) ?? AS_THE_DEVICE.textSize,
    contrast: contrast.find(one => one === said.contrast) ?? AS_THE_DEVICE.contrast,
    theme: theme.find(one => one === said.theme) ?? AS_THE_DEVICE.theme,
  }
}

/** What the styles go by (styles/tokens.css). */
export const displayAttributes = ({ textSize, contrast, theme }: Display) => ({
  'data-text': textSize === 'normal' ? undefined : textSize,
  'data-contrast': contrast === 'device' ? undefined : contrast,
  'data-theme': theme === 'device' ? undefined : theme,
})

/** The browser's own parts (fields, scroll bars) go by this. */
export const colorScheme = ({ theme }: Display): string => (theme === 'device' ? 'light dark' : theme)
