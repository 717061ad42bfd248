// A Lexline with the demo's people, and Debian's Chromium in front of it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Server, SOURCE, lexline } from '../api/harness.mjs'

const require = createRequire(path.join(SOURCE, 'web/console/package.json'))
const { chromium } = require('playwright-core')
export const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
export const PASSWORD = 'a desk of four plain words'
const PICTURES = path.join(SOURCE, 'test-results/browser')

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
]

export const desktop = { viewport: { width: 1280, height: 800 } }
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

export class Hotline {
  // people: who gets the password above instead of the temporary one; more: flags for Chromium
  static async start(people, more = []) {
    const h = new Hotline()
    h.server = await Server.start({ profile: 'demo', sip: ['udp'] })
    await h.server.stop()
    const laws = lexline(['import', 'statutes', '--data', h.server.dir, path.join(SOURCE, 'tests/fixtures/laws')])
    if (laws.code !== 0) throw new Error(`import: ${laws.stderr}`)
    await h.server.serve()
    for (const name of people) await h.settle(name)
    h.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...flags, ...more] })
    return h
  }

  async settle(name) {
    const c = await this.server.as(name)
    const r = await c.post('/api/me/password', { old: this.server.people[name], new: PASSWORD })
    if (r.status >= 300) throw new Error(`password of ${name}: ${r.status} ${r.text}`)
    c.close()
  }

  api(name) {
    return this.server.as(name, PASSWORD)
  }

  // A browser of its own, nobody signed in.
  async stranger(options = desktop) {
    const context = await this.browser.newContext({ reducedMotion: 'reduce', ...options, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', baseURL: this.server.url })
    const page = await context.newPage()
    page.mistakes = []
    page.on('pageerror', (e) => page.mistakes.push(e.message))
    // refusals (401, 409 …) and a cut line are logged by the browser and part of some tests; a broken
    // content security policy is not
    page.on('console', (m) => {
      if (m.type() === 'error' && !/Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(m.text())) page.mistakes.push(m.text())
    })
    page.setDefaultTimeout(60000)
    return page
  }

  // A browser of its own with somebody at the desk.
  async desk(name, options = desktop) {
    const page = await this.stranger(options)
    await page.goto('/sign-in')
    await page.fill('#name', name)
    await page.fill('#password', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    return page
  }

  async stop() {
    await this.browser?.close()
    await this.server.remove()
  }
}

// Nothing failed in the page; a picture when the test did.
export async function leave(page) {
  const mistakes = page.mistakes
  await page.context().close()
  assert.deepEqual(mistakes, [], 'errors in the page')
}

export async function picture(page, name) {
  fs.mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`) })
}

// A picture of how it looked when `fn` failed.
export async function watching(page, name, fn) {
  try {
    await fn()
  } catch (e) {
    await picture(page, name).catch(() => {})
    throw e
  }
  await leave(page)
}

// Nothing sticks out to the side.
export async function fits(page) {
  const { wide, width } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, width: innerWidth }))
  assert.ok(wide <= width, `the page is ${wide} px wide on a screen of ${width}`)
}
