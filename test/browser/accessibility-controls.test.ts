import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Looking, lookingAround } from './accessibility/looking.ts'

// Each check of accessibility.test.ts is given a page with the very thing it is there to find; a check that finds nothing proves nothing.

let looking: Looking
beforeAll(async () => {
  looking = await lookingAround()
})
afterAll(() => looking.page.context().close())

const STYLE = `<style>
  body { margin: 0; background: #fff; color: #000; font: 1.125rem/1.6 sans-serif }
  a { color: #003; } p > a.alone, header a, button { display: inline-block; min-height: 44px; min-width: 44px; }
  input { min-height: 44px; min-width: 44px; border: 2px solid #000 } :focus { outline: 3px solid #000 }
  .skip { position: absolute; top: -10rem } .skip:focus { top: 0 }
  @media (prefers-color-scheme: dark) { body { background: #000; color: #fff } a { color: #eef } :focus { outline-color: #fff } input { border-color: #fff } }
  @media print { header, .skip, button, input, footer { display: none } body { background: #fff; color: #000 } a { color: #000 } }
</style>`
const page = (main: string, style = '') =>
  `<!doctype html><html lang="en"><head><title>A page</title>${STYLE}<style>${style}</style></head><body><a class="skip" href="#main">Skip</a>` +
  `<header><a href="/">Home</a></header><main id="main"><h1>A page</h1>${main}</main><footer><p>The end</p></footer></body></html>`

const GOOD =
  '<p><a class="alone" href="/one">One</a></p><p><a class="alone" href="/two">Two</a></p><p>Words with <a href="/in">a link in them</a>.</p>'
const WRONG = '<p id="e">Too short.</p><input id="code" aria-invalid="true" aria-describedby="e" aria-label="Code">'
const SUMMARY = '<div class="summary" role="alert" tabindex="-1" autofocus><a href="#code">Too short.</a></div>'

test('a page with nothing wrong has nothing wrong', async () => {
  await looking.show(page(GOOD))
  expect(await looking.problems()).toEqual({})
})

const PLANTED: [what: string, main: string, style: string, kind: string, problem: RegExp][] = [
  ['a link that keys do not reach', '<p><a href="/one" tabindex="-1">One</a></p>', '', 'keyboard', /^never reached: <a> One/],
  ['keys that go another way than eyes', GOOD, 'main { display: flex; flex-direction: column-reverse }', 'keyboard', /^out of/],
  ['a trap', `${GOOD}<button onkeydown="event.preventDefault()">Stay</button>`, '', 'keyboard', /^cannot be left.*Stay/],
  ['a focus nobody sees', GOOD, 'a:focus { outline: 0 }', 'keyboard', /^focus cannot be seen/],
  ['a focus behind what sticks', GOOD, 'footer { position: fixed; inset: 0; background: #fff }', 'keyboard', /^focus is hidden/],
  ['a small button', '<button style="min-height: 30px">Go</button>', '', 'targets', /instead of 44: <button> Go/],
  ['lines that stand too close', GOOD, 'p { line-height: 1.1 }', 'targets', /instead of 24: <a> a link/],
  ['faint text', '<p class="f">Faint</p>', '.f { color: #767676 }', 'contrast', /^light: text 4\.5 : 1 <p> Faint/],
  ['text that is faint in the dark', '<p class="f">Faint</p>', '.f { color: #444 }', 'contrast', /^dark: text .*Faint/],
  ['a field without an edge', '<input aria-label="Code">', 'input { border: 0; background: #fff }', 'contrast', /^light: frame/],
  ['a focus lost among forced colours', GOOD, 'a:focus { outline: 0; box-shadow: 0 0 0 6px #00f }', 'contrast', /^forced.*focus/],
  ['a link that only its colour tells', GOOD, 'p a { text-decoration: none }', 'colourAlone', /^link without a line/],
  ['a wrong field without words', '<input aria-label="Code" aria-invalid="true">', '', 'colourAlone', /^no words/],
  ['buttons on paper', '<button class="b">Go</button>', '@media print { .b { display: block } }', 'paper', /^on paper: <button>/],
  ['a letter that is not printed', '<p class="letter">Hi</p>', '@media print { .letter { display: none } }', 'paper', /^not on/],
  ['pale paper', '<p class="f">Pale</p>', '@media print { .f { color: #aaa } }', 'paper', /^too pale/],
  ['a wide box', '<div style="width: 400px">Wide</div>', '', 'room', /^320 pixels/],
  [
    'a box that letters outgrow',
    '<p style="width: 7rem; height: 1.7em; overflow: hidden">Some words</p>',
    '',
    'room',
    /^spaced out/,
  ],
  ['a screen that large letters outgrow', '<div style="width: 20rem">Wide</div>', '', 'room', /^large letters/],
  ['two first headings', '<h1>Another</h1>', '', 'structure', /^2 first headings/],
  ['a level left out', '<h3>Deep</h3>', '', 'structure', /^a level is left out/],
  ['a menu without a name', '<nav><a href="/">Home</a></nav>', '', 'structure', /^a menu without/],
  ['another order', GOOD, 'h1 { order: 1 }', 'structure', /^another order/],
  ['a wrong field without a summary', WRONG, '', 'structure', /^a wrong field and no summary/],
  ['a summary that is not first', SUMMARY + WRONG, '', 'structure', /^the summary does not come first/],
  ['a summary without the focus', (SUMMARY + WRONG).replace('autofocus', ''), '', 'structure', /^the summary has not/],
  ['a form that came back under its usual title', SUMMARY + WRONG, '', 'structure', /^the title does not say/],
  ['a summary that leads nowhere', SUMMARY + WRONG.replace('id="code"', ''), '', 'structure', /^leads to no field/],
  ['a passkey button that says nothing', '<div data-passkey="use">Wait</div>', '', 'structure', /^nothing is read out/],
]

describe.each(PLANTED)('%s', (_, main, style, kind, problem) => {
  test('is found', async () => {
    await looking.show(page(main, style))
    const found = await looking.problems()
    expect(found[kind]).toContainEqual(expect.stringMatching(problem))
  })
})

test('words that change where nobody hears of it are found', async () => {
  await looking.show(page('<p id="quiet"></p><p id="loud" role="status"></p>'))
  const unheard = await looking.page.evaluate(async () => {
    globalThis.looking.watchWords()
    document.getElementById('loud')!.textContent = 'Saved.'
    document.getElementById('quiet')!.textContent = 'Lost.'
    await new Promise(resolve => setTimeout(resolve))
    return globalThis.looking.unheardWords()
  })
  expect(unheard).toEqual(['Lost.'])
})
