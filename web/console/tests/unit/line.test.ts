import { describe, expect, it } from 'vitest'
import { isMissed, outcomeKey, talked_ms, waited_ms } from '@/entities/call/text'
import type { CallItem } from '@/entities/call/types'
import { loudness } from '@/entities/line/level'
import { isDialable } from '@/entities/line/number'
import { microphoneProblem, preferAlaw, Softphone, type Tools } from '@shared/softphone'
import { percent, spaced, stopwatch } from '@/entities/line/text'
import type { LineReply } from '@/entities/line/types'
import { callQuery, cleanCallQuery } from '@/pages/calls/filters'
import { callStep } from '@/pages/calls/step'
import { weekOf } from '@/pages/calls/week'

/** A peer connection that does what the test says. */
class Peer {
  connectionState = 'new'
  localDescription: { sdp: string } | null = null
  onconnectionstatechange: (() => void) | null = null
  ontrack: ((e: unknown) => void) | null = null
  closed = false
  remote = ''
  constructor(private name: string) {}
  addTransceiver = () => ({})
  createOffer = async () => ({ sdp: `offer ${this.name}` })
  setLocalDescription = async (d: { sdp: string }) => {
    this.localDescription = d
  }
  setRemoteDescription = async (d: { sdp: string }) => {
    this.remote = d.sdp
  }
  getSenders = () => []
  close = () => {
    this.closed = true
  }
  becomes(state: string): void {
    this.connectionState = state
    this.onconnectionstatechange?.()
  }
}

class Track {
  kind = 'audio'
  enabled = true
  stopped = false
  stop = () => {
    this.stopped = true
  }
}

function stage(over: Partial<Tools> = {}) {
  const peers: Peer[] = []
  const tracks: Track[] = []
  const states: string[] = []
  const timers: { ms: number; fn: () => void }[] = []
  const offers: string[] = []
  const tools: Tools = {
    microphone: async () => {
      const track = new Track()
      tracks.push(track)
      return {
        getAudioTracks: () => [track],
        getTracks: () => [track],
      } as unknown as MediaStream
    },
    peer: () => {
      const p = new Peer(String(peers.length + 1))
      peers.push(p)
      return p as unknown as RTCPeerConnection
    },
    offer: async (sdp) => {
      offers.push(sdp)
      return `answer to ${sdp}`
    },
    heard: () => undefined,
    changed: (s) => states.push(s),
    after: (ms, fn) => {
      timers.push({ ms, fn })
      return timers.length
    },
    cancel: () => undefined,
    online: () => true,
    ...over,
  }
  return { phone: new Softphone(tools), peers, tracks, states, timers, offers }
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('the softphone', () => {
  it('offers once and keeps the leg', async () => {
    const s = stage()
    await s.phone.open()
    s.peers[0].becomes('connected')
    expect(s.states).toEqual(['asking', 'connecting', 'open'])
    expect(s.offers).toEqual(['offer 1'])
    expect(s.peers[0].remote).toBe('answer to offer 1')
  })
  it('offers anew when the connection fails, on the same microphone', async () => {
    const s = stage()
    await s.phone.open()
    s.peers[0].becomes('connected')
    s.peers[0].becomes('failed')
    expect(s.phone.state).toBe('lost')
    s.timers.at(-1)!.fn()
    await settled()
    expect(s.peers[0].closed).toBe(true)
    expect(s.peers[1].remote).toBe('answer to offer 2')
    s.peers[1].becomes('connected')
    expect(s.phone.state).toBe('open')
    expect(s.tracks).toHaveLength(1)
  })
  it('gives a short break the time to mend itself', async () => {
    const s = stage()
    await s.phone.open()
    s.peers[0].becomes('connected')
    s.peers[0].becomes('disconnected')
    expect(s.timers.at(-1)!.ms).toBeGreaterThan(1000)
    s.peers[0].becomes('connected')
    expect(s.phone.state).toBe('open')
    expect(s.peers).toHaveLength(1)
  })
  it('tries again more and more slowly while the engine is away, at once when the network is back', async () => {
    const s = stage({ offer: () => Promise.reject(new Error('down')) })
    await s.phone.open()
    for (let i = 0; i < 3; i++) {
      s.timers.at(-1)!.fn()
      await settled()
    }
    expect(s.timers.map((x) => x.ms)).toEqual([500, 1000, 2000, 4000])
    s.phone.again()
    await settled()
    expect(s.timers.at(-1)!.ms).toBe(500)
  })
  it('does not repeat an offer that was refused in words', async () => {
    const s = stage({
      offer: () => Promise.reject(Object.assign(new Error('no'), { status: 403 })),
    })
    await s.phone.open()
    expect(s.phone.state).toBe('refused')
    expect(s.timers).toEqual([])
  })
  it('waits for the network instead of asking in vain', async () => {
    const s = stage({ offer: () => Promise.reject(new Error('x')), online: () => false })
    await s.phone.open()
    expect(s.phone.state).toBe('lost')
    expect(s.timers).toEqual([])
  })
  it('names what keeps the microphone away', async () => {
    const named = (name: string) => Object.assign(new Error(name), { name })
    const s = stage({ microphone: () => Promise.reject(named('NotAllowedError')) })
    await s.phone.open()
    expect(s.phone.state).toBe('denied')
    expect(microphoneProblem(named('NotFoundError'))).toBe('no_microphone')
    expect(microphoneProblem(named('NotReadableError'))).toBe('microphone_busy')
    expect(microphoneProblem(new TypeError('undefined'))).toBe('insecure')
  })
  it('silences the microphone itself when muted, also a new one', async () => {
    const s = stage()
    await s.phone.open()
    s.phone.mute(true)
    expect(s.tracks[0].enabled).toBe(false)
    await s.phone.choose('other')
    expect(s.tracks[0].stopped).toBe(true)
    expect(s.tracks[1].enabled).toBe(false)
  })
  it('lets go of everything', async () => {
    const s = stage()
    await s.phone.open()
    s.phone.close()
    expect(s.peers[0].closed).toBe(true)
    expect(s.tracks[0].stopped).toBe(true)
    s.phone.again()
    await settled()
    expect(s.peers).toHaveLength(1)
  })
  it('closed while the person is asked for the microphone: takes none', async () => {
    const s = stage()
    const opening = s.phone.open()
    s.phone.close()
    await opening
    expect(s.tracks[0].stopped).toBe(true)
    expect(s.peers).toHaveLength(0)
    expect(s.phone.state).toBe('closed')
  })
  it('prefers A-law', () => {
    const c = (mimeType: string) => ({ mimeType })
    const all = [c('audio/opus'), c('audio/PCMU'), c('audio/PCMA'), c('audio/telephone-event')]
    expect(preferAlaw(all).map((x) => x.mimeType)).toEqual([
      'audio/PCMA',
      'audio/telephone-event',
      'audio/opus',
      'audio/PCMU',
    ])
  })
})

describe('telephone texts', () => {
  it('count time', () => {
    expect(stopwatch(0)).toBe('00:00')
    expect(stopwatch(252_900)).toBe('04:12')
    expect(stopwatch(3_723_000)).toBe('1:02:03')
    expect(stopwatch(-5)).toBe('00:00')
  })
  it('group mobile numbers, leave others', () => {
    expect(spaced('13812345678')).toBe('138 1234 5678')
    expect(spaced('+8613812345678')).toBe('138 1234 5678')
    expect(spaced('138****5678')).toBe('138 **** 5678')
    expect(spaced('073185012345')).toBe('073185012345')
    expect(spaced(null)).toBe('')
  })
  it('say a share, or that nothing was counted', () => {
    expect(percent(0.9642)).toBe('96.4 %')
    expect(percent(0)).toBe('0.0 %')
    expect(percent(null)).toBe('—')
  })
  it('know what may be dialled', () => {
    for (const good of ['13812345678', '0731-8501 2345', '+8613812345678', '110'])
      expect(isDialable(good), good).toBe(true)
    for (const bad of ['', '12', 'abc', '138-x', '+', '1'.repeat(21), 'sip:a@b'])
      expect(isDialable(bad), bad).toBe(false)
  })
  it('measure loudness in decibels', () => {
    expect(loudness(new Float32Array(64))).toBe(0)
    expect(loudness(new Float32Array(64).fill(1))).toBe(1)
    expect(loudness(new Float32Array(64).fill(0.1))).toBeCloseTo(2 / 3, 2)
  })
})

describe('calls', () => {
  const call = (more: Partial<CallItem>): CallItem => ({
    id: '1',
    direction: 'in',
    outcome: 'answered',
    began_at: '2026-05-09T08:00:00Z',
    recordings: 0,
    ...more,
  })
  it('are missed until somebody called back', () => {
    expect(isMissed(call({ outcome: 'abandoned' }))).toBe(true)
    expect(isMissed(call({ outcome: 'voicemail', called_back_by: '7' }))).toBe(false)
    expect(isMissed(call({}))).toBe(false)
    expect(isMissed(call({ outcome: 'abandoned', direction: 'out' }))).toBe(false)
  })
  it('measure waiting and talking', () => {
    const c = call({
      queued_at: '2026-05-09T08:00:10Z',
      answered_at: '2026-05-09T08:00:22Z',
      ended_at: '2026-05-09T08:05:22Z',
    })
    expect(waited_ms(c)).toBe(12_000)
    expect(talked_ms(c)).toBe(300_000)
    expect(talked_ms(call({}))).toBe(0)
  })
  it('show an unknown outcome as it is', () => {
    expect(outcomeKey('voicemail')).toBe('calls.outcomes.voicemail')
    expect(outcomeKey('something_new')).toBe('')
  })
  it('take days as the hotline counts them; "to" includes its day', () => {
    expect(callQuery({ from: '2026-05-09', to: '2026-05-09', outcome: 'answered' })).toEqual({
      outcome: 'answered',
      from: '2026-05-08T16:00:00.000Z',
      to: '2026-05-09T16:00:00.000Z',
    })
    expect(cleanCallQuery({ nonsense: '1', direction: 'in', from: 7 })).toEqual({ direction: 'in' })
  })
  it('mark the phrase that is due', () => {
    const line = (call: object | null) => ({ call }) as unknown as LineReply
    const now = Date.parse('2026-05-09T08:01:00Z')
    const at = (iso: string) => line({ id: '1', state: 'talking', answered_at: iso })
    expect(callStep(at('2026-05-09T08:00:55Z'), '1', false, now)).toBe('greet')
    expect(callStep(at('2026-05-09T08:00:00Z'), '1', false, now)).toBe('listen')
    expect(callStep(at('2026-05-09T08:00:00Z'), '1', true, now)).toBe('confirm')
    expect(callStep(line(null), '1', true, now)).toBe('close')
    expect(callStep(at('2026-05-09T08:00:00Z'), '2', true, now)).toBe('close')
  })
  it('know the week of a day, Monday first', () => {
    expect(weekOf('2026-05-09').days[0]).toBe('2026-05-04')
    expect(weekOf('2026-05-10').days[6]).toBe('2026-05-10')
    expect(weekOf('2026-05-04', 1).days[0]).toBe('2026-05-11')
    expect(weekOf('2027-01-01', -1).days[0]).toBe('2026-12-21')
  })
})
