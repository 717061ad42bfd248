/**
 * One call from this page. The exchange holds it; a token in the tab's own storage finds it again
 * after a reload, and a new offer brings the sound back.
 */
import { ref, shallowRef } from 'vue'
import { Softphone, type PhoneState } from '@shared/softphone'
import { portalApi, Refusal, type PortalCall } from './api'

const key = 'lexline.portal.call'
const poll_ms = 1500
const soon_ms = 300

export function useCall() {
  const token = ref(sessionStorage.getItem(key) ?? '')
  const call = shallowRef<PortalCall>()
  const phone = ref<PhoneState>('closed')
  const trouble = ref('')
  const muted = ref(false)
  const silenced = ref(false)
  const over = ref(false)
  const pressed = ref('')
  let number = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let sound: HTMLAudioElement | undefined
  let keys = Promise.resolve()

  const softphone = new Softphone({
    microphone: (id) => {
      if (!navigator.mediaDevices) return Promise.reject(new TypeError('no microphone here'))
      const exact = id ? { deviceId: { exact: id } } : {}
      return navigator.mediaDevices.getUserMedia({
        audio: { ...exact, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      })
    },
    peer: () => new RTCPeerConnection({ bundlePolicy: 'max-bundle' }),
    offer,
    heard: (stream) => {
      sound ??= new Audio()
      sound.srcObject = stream
      void soundOn()
    },
    changed: (state, why) => {
      phone.value = state
      trouble.value = troubleOf(state, why)
    },
    after: (ms, fn) => setTimeout(fn, ms),
    cancel: (x) => clearTimeout(x as number),
    online: () => navigator.onLine,
  })

  async function offer(sdp: string): Promise<string> {
    if (token.value) return (await portalApi.media(token.value, sdp)).sdp
    const begun = await portalApi.begin(sdp, number)
    token.value = begun.token
    sessionStorage.setItem(key, begun.token)
    look(soon_ms)
    return begun.sdp
  }

  async function soundOn(): Promise<void> {
    try {
      await sound?.play()
      silenced.value = false
    } catch {
      silenced.value = true
    }
  }

  function look(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), ms)
  }

  async function ask(): Promise<void> {
    if (!token.value) return
    try {
      call.value = await portalApi.state(token.value)
      if (call.value.state === 'ended') return end()
    } catch (e) {
      if (e instanceof Refusal && e.status === 404) return end()
    }
    look(poll_ms)
  }

  function end(): void {
    clearTimeout(timer)
    sessionStorage.removeItem(key)
    token.value = ''
    over.value = true
    softphone.close()
  }

  async function begin(own: string): Promise<void> {
    number = own
    over.value = false
    pressed.value = ''
    call.value = undefined
    await softphone.open()
  }

  async function hangUp(): Promise<void> {
    const mine = token.value
    end()
    if (mine) await portalApi.hangUp(mine).catch(() => undefined)
  }

  /* One after the other: digits arrive in the order they were pressed. */
  function press(digit: string): void {
    const mine = token.value
    if (!mine) return
    pressed.value = (pressed.value + digit).slice(-12)
    keys = keys
      .then(() => portalApi.keys(mine, digit))
      .then(
        () => look(soon_ms),
        () => undefined,
      )
  }

  function mute(on: boolean): void {
    muted.value = on
    softphone.mute(on)
  }

  const network = () => softphone.again()
  window.addEventListener('online', network)
  if (token.value) {
    /* reloaded in the middle of a call */
    void ask().then(() => (token.value ? softphone.open() : undefined))
  }

  return {
    token,
    call,
    phone,
    trouble,
    muted,
    silenced,
    over,
    pressed,
    begin,
    hangUp,
    press,
    mute,
    soundOn,
    retry: () => softphone.open(),
    leave: () => {
      over.value = false
      softphone.close()
    },
  }
}
export type Call = ReturnType<typeof useCall>

const named = ['denied', 'no_microphone', 'microphone_busy', 'insecure'] as const

/** Which words tell the caller what is wrong; '' while nothing is. */
export function troubleOf(
  state: PhoneState,
  why: unknown,
): '' | (typeof named)[number] | 'refused' | 'busy' {
  if (state === 'refused') return 'refused'
  if (why instanceof Refusal && (why.status === 429 || why.status === 503)) return 'busy'
  return named.find((x) => x === state) ?? ''
}
