export const TEXT_SIZES = ['normal', 'large', 'largest'] as const
export const CONTRASTS = ['device', 'more'] as const
export const THEMES = ['device', 'light', 'dark'] as const

/** How pages look to somebody; `device`: as their telephone or computer says. */
export interface Display {
  textSize: (typeof TEXT_SIZES)[number]
  contrast: (typeof CONTRASTS)[number]
  theme: (typeof THEMES)[number]
}

/** What a recipient may set for themselves. */
export interface Preferences {
  /** BCP 47 tag. */
  language: string
  /** Whether they chose it; if not, it is what their newest deposit said. */
  choseLanguage: boolean
  /** IANA zone, once they have chosen one; null: their organization's. */
  timeZone: string | null
  /** Null until they have chosen: then it is as the browser's cookie says. */
  display: Display | null
  /** Whether they are written to again when a message waits for long, and before its time is over. */
  wantsReminders: boolean
}
