/** A file's size in words: "2.4 MB". Decimal units, as phones and computers show them. */
export function tellSize(bytes: number, language: string): string {
  const [unit, scale] =
    bytes >= 1_000_000 ? (['megabyte', 1e6] as const) : bytes >= 1_000 ? (['kilobyte', 1e3] as const) : (['byte', 1] as const)
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: unit === 'megabyte' ? 1 : 0,
  }).format(bytes / scale)
}
