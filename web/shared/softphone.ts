/**
 * The browser's end of the line: one peer connection, opened once a shift and kept. The exchange
 * holds the leg; when the network or the page goes, a new offer takes its place and the call goes on.
 *
 * Everything the browser provides comes in through `Tools`, so that tests need no browser.
 */
export type PhoneState =
  | 'closed'
  | 'asking' /* waiting for the person's yes to the microphone */
  | 'connecting'
  | 'open'
  | 'lost' /* trying again */
  | 'denied'
  | 'no_microphone'
  | 'microphone_busy'
  | 'insecure' /* browsers give a microphone only on HTTPS or localhost */
  | 'refused' /* the exchange did not take the offer */

export interface Tools {
  microphone: (deviceId: string) => Promise<MediaStream>
  peer: () => RTCPeerConnection
  /** sends our offer, brings the answer */
  offer: (sdp: string) => Promise<string>
  /** the remote sound, for the loudspeaker */
  heard: (stream: MediaStream) => void
  changed: (state: PhoneState, why?: unknown) => void
  after: (ms: number, fn: () => void) => unknown
  cancel: (timer: unknown) => void
  online: () => boolean
}

const firstRetry_ms = 500
const longestRetry_ms = 8000
/** "disconnected" often mends itself within this time */
const grace_ms = 3000

export function microphoneProblem(e: unknown): PhoneState {
  const name = e instanceof Error || e instanceof DOMException ? e.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'no_microphone'
  if (name === 'NotReadableError' || name === 'AbortError') return 'microphone_busy'
  return 'insecure'
}

/** G.711 A-law first: what the telephone network speaks, so nothing is transcoded on the way. */
export function preferAlaw<T extends { mimeType: string }>(codecs: readonly T[]): T[] {
  const rank = (c: T) => {
    const type = c.mimeType.toLowerCase()
    if (type === 'audio/pcma') return 0
    if (type === 'audio/telephone-event') return 1
    return 2
  }
  return [...codecs].sort((a, b) => rank(a) - rank(b))
}

export class Softphone {
  state: PhoneState = 'closed'
  stream: MediaStream | undefined
  private pc: RTCPeerConnection | undefined
  private timer: unknown
  private retry_ms = firstRetry_ms
  private round = 0
  private wanted = false
  private muted = false

  constructor(private tools: Tools) {}

  async open(deviceId = ''): Promise<void> {
    this.wanted = true
    const mine = ++this.round
    this.set('asking')
    try {
      const stream = await this.tools.microphone(deviceId)
      if (mine !== this.round) return stop(stream)
      stop(this.stream)
      this.stream = stream
      this.mute(this.muted)
    } catch (e) {
      if (mine === this.round) this.set(microphoneProblem(e), e)
      return
    }
    await this.connect()
  }

  /** Another microphone in the middle of a call: the track is exchanged, the leg stays. */
  async choose(deviceId: string): Promise<void> {
    const stream = await this.tools.microphone(deviceId)
    const [track] = stream.getAudioTracks()
    const sender = this.pc?.getSenders().find((s) => s.track?.kind === 'audio')
    await sender?.replaceTrack(track)
    stop(this.stream)
    this.stream = stream
    this.mute(this.muted)
  }

  mute(on: boolean): void {
    this.muted = on
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !on
  }

  /** The network changed or came back: offer anew on the same microphone. */
  again(): void {
    if (!this.wanted || !this.stream) return
    this.tools.cancel(this.timer)
    this.retry_ms = firstRetry_ms
    void this.connect()
  }

  close(): void {
    this.wanted = false
    this.round++
    this.tools.cancel(this.timer)
    this.drop()
    stop(this.stream)
    this.stream = undefined
    this.set('closed')
  }

  private set(state: PhoneState, why?: unknown): void {
    this.state = state
    this.tools.changed(state, why)
  }

  private drop(): void {
    if (!this.pc) return
    this.pc.onconnectionstatechange = null
    this.pc.ontrack = null
    this.pc.close()
    this.pc = undefined
  }

  private async connect(): Promise<void> {
    const mine = ++this.round
    this.drop()
    this.set(this.state === 'lost' ? 'lost' : 'connecting')
    try {
      const pc = (this.pc = this.tools.peer())
      this.watch(pc)
      for (const track of this.stream?.getAudioTracks() ?? []) this.add(pc, track)
      await pc.setLocalDescription(await pc.createOffer())
      const sdp = await this.tools.offer(pc.localDescription?.sdp ?? '')
      if (mine !== this.round) return
      await pc.setRemoteDescription({ type: 'answer', sdp })
    } catch (e) {
      if (mine === this.round) this.failed(e)
    }
  }

  private add(pc: RTCPeerConnection, track: MediaStreamTrack): void {
    const t = pc.addTransceiver(track, { direction: 'sendrecv', streams: [this.stream!] })
    const codecs =
      typeof RTCRtpReceiver === 'undefined'
        ? undefined
        : RTCRtpReceiver.getCapabilities('audio')?.codecs
    if (codecs && 'setCodecPreferences' in t) t.setCodecPreferences(preferAlaw(codecs))
  }

  private watch(pc: RTCPeerConnection): void {
    pc.ontrack = (e) => this.tools.heard(e.streams[0] ?? new MediaStream([e.track]))
    pc.onconnectionstatechange = () => {
      this.tools.cancel(this.timer)
      if (pc.connectionState === 'connected') {
        this.retry_ms = firstRetry_ms
        this.set('open')
      } else if (pc.connectionState === 'failed') this.lost(0)
      else if (pc.connectionState === 'disconnected') this.lost(grace_ms)
    }
  }

  private lost(ms: number): void {
    this.set('lost')
    this.timer = this.tools.after(ms, () => void this.connect())
  }

  /* A refusal in words (4xx) does not change by asking again; a dead line does. */
  private failed(e: unknown): void {
    const status = (e as { status?: number }).status ?? 0
    this.drop()
    if (status >= 400 && status < 500 && status !== 429) return this.set('refused', e)
    this.set('lost', e)
    if (!this.tools.online()) return /* again() is called when it is back */
    this.timer = this.tools.after(this.retry_ms, () => void this.connect())
    this.retry_ms = Math.min(longestRetry_ms, this.retry_ms * 2)
  }
}

function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
}
