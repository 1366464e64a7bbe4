const ESCAPE = '\u001b'
/** The order that puts the cursor somewhere: line and column come behind it. */
const TO = `${ESCAPE}Y`

/** Letters that take two places: Chinese, Japanese, Korean. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/

/**
 * What stands on a VT52: the terminal with the fewest orders that a text browser can draw on, each of them here, so that nothing of a
 * page is guessed. No colours, no bold letters: what a page means by those must be in its words.
 */
export class TextScreen {
  /** Where the next letter goes; a text browser rests it on the link, button or field that a person is at. */
  line = 0
  column = 0
  readonly #rows: string[][]
  /** Of an order that was cut in two by whoever carries it. */
  #begun = ''

  constructor(rows: number) {
    this.#rows = Array.from({ length: rows }, () => [])
  }

  /** Line by line, without the blanks at their ends. */
  get lines(): string[] {
    return this.#rows.map(row =>
      Array.from(row, letter => letter ?? ' ')
        .join('')
        .trimEnd(),
    )
  }

  draw(text: string): void {
    let rest = this.#begun + text
    while (rest !== '') {
      const length = lengthOfFirst(rest)
      if (rest.length < length) break
      this.#obey(rest.slice(0, length))
      rest = rest.slice(length)
    }
    this.#begun = rest
  }

  #obey(order: string): void {
    const act = ORDERS[order]
    if (act) act(this)
    else if (order.startsWith(TO)) this.goTo(order.charCodeAt(2) - 32, order.charCodeAt(3) - 32)
    else if (order >= ' ') {
      const row = this.#rows[this.line]!
      row[this.column] = order
      if (WIDE.test(order)) row[++this.column] = ''
      this.column++
    }
  }

  goTo(line: number, column: number): void {
    this.line = line
    this.column = column
  }
  clearToEnd(): void {
    this.clearLine()
    for (const row of this.#rows.slice(this.line + 1)) row.length = 0
  }
  clearLine(): void {
    const row = this.#rows[this.line]!
    row.length = Math.min(row.length, this.column)
  }
  /** At its edge the whole screen moves. */
  down(): void {
    if (this.line < this.#rows.length - 1) this.line++
    else this.#rows.push(this.#rows.shift()!.slice(0, 0))
  }
  up(): void {
    if (this.line > 0) this.line--
    else this.#rows.unshift(this.#rows.pop()!.slice(0, 0))
  }
}

function lengthOfFirst(text: string): number {
  if (text.startsWith(TO)) return 4
  if (text.startsWith(ESCAPE)) return 2
  return text.codePointAt(0)! > 0xffff ? 2 : 1
}

const nextTabStop = (column: number): number => 8 * (Math.floor(column / 8) + 1)

const ORDERS: Record<string, (screen: TextScreen) => void> = {
  '\r': screen => screen.goTo(screen.line, 0),
  '\n': screen => screen.down(),
  '\b': screen => screen.goTo(screen.line, screen.column - 1),
  '\t': screen => screen.goTo(screen.line, nextTabStop(screen.column)),
  [`${ESCAPE}A`]: screen => screen.goTo(screen.line - 1, screen.column),
  [`${ESCAPE}B`]: screen => screen.goTo(screen.line + 1, screen.column),
  [`${ESCAPE}C`]: screen => screen.goTo(screen.line, screen.column + 1),
  [`${ESCAPE}D`]: screen => screen.goTo(screen.line, screen.column - 1),
  [`${ESCAPE}H`]: screen => screen.goTo(0, 0),
  [`${ESCAPE}I`]: screen => screen.up(),
  [`${ESCAPE}J`]: screen => screen.clearToEnd(),
  [`${ESCAPE}K`]: screen => screen.clearLine(),
}
