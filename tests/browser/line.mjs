// Operators with a headset in Chromium: its fake microphone beeps, and what arrives is measured.
import assert from 'node:assert/strict'
import { AXE, PASSWORD, desktop } from './browser.mjs'

export const microphone = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required']

// Watches every peer connection of the page.
const ears = () => {
  const Peer = window.RTCPeerConnection
  window.peers = []
  window.RTCPeerConnection = class extends Peer {
    constructor(...args) {
      super(...args)
      window.peers.push(this)
    }
  }
}
export async function listening(page) {
  await page.addInitScript(ears)
  return page
}

// How loud the sound is that arrived so far (getStats: energy of all received samples).
const energy = async () => {
  let sum = 0
  for (const p of window.peers)
    for (const s of (await p.getStats()).values())
      if (s.type === 'inbound-rtp' && s.kind === 'audio') sum += s.totalAudioEnergy ?? 0
  return sum
}
// Waits until sound arrives that was not there before.
export async function hears(page, who) {
  const before = await page.evaluate(energy)
  for (;;) {
    const now = await page.evaluate(energy)
    if (now > before + 1e-4) return
    await page.evaluate(() => new Promise((r) => requestAnimationFrame(r)))
    assert.ok(now >= 0, who)
  }
}

// Waits until a tone of this frequency is the loudest that arrives.
export function hearsTone(page, hz) {
  return page.waitForFunction(async (hz) => {
    const track = window.peers.at(-1)?.getReceivers()[0]?.track
    if (!track) return false
    if (window.heardTrack !== track) {
      window.heardTrack = track
      const context = new AudioContext()
      await context.resume()
      window.analyser = context.createAnalyser()
      window.analyser.fftSize = 8192
      context.createMediaStreamSource(new MediaStream([track])).connect(window.analyser)
    }
    const bins = new Float32Array(window.analyser.frequencyBinCount)
    window.analyser.getFloatFrequencyData(bins)
    const loudest = bins.indexOf(Math.max(...bins))
    const found = (loudest * window.analyser.context.sampleRate) / window.analyser.fftSize
    return bins[loudest] > -70 && Math.abs(found - hz) < 15
  }, hz, { polling: 200 })
}

export const bar = (page) => page.getByRole('region', { name: '电话条' })

// Signed in to the console and to the line, the headset connected.
export async function operator(h, name) {
  const page = await listening(await h.stranger(desktop))
  await page.goto('/sign-in')
  await page.fill('#name', name)
  await page.fill('#password', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/')
  const signIn = bar(page).getByRole('button', { name: '签入电话' })
  const connected = bar(page).getByRole('button', { name: '电话设置（电话已接通）' })
  await signIn.or(connected).first().waitFor()
  if (await signIn.count()) await signIn.click()
  await connected.waitFor()
  return page
}

// Says to be ready. Where somebody waits it rings at once.
export async function sayReady(page) {
  await bar(page).locator('.state').click()
  await page.getByRole('menuitem', { name: '就绪，开始接听' }).click()
}
export async function ready(page) {
  if (await bar(page).locator('.state.ready').count()) return
  await sayReady(page)
  await bar(page).locator('.state.ready').waitFor()
}

export async function axe(page, where) {
  await page.evaluate(AXE)
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), [], where)
}
