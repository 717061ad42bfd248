import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useSession } from '@/entities/session/store'
import { liveState, onLive, type LiveEvent } from '@/shared/api/events'
import { asProblem, type Problem } from '@/shared/api/problem'
import { lineApi, type CallCommand, type ListenCommand } from './api'
import { makeLead } from './lead'
import { allowSound, startRing, stopRing } from './ring'
import { Softphone, type PhoneState } from '@shared/softphone'
import type { Destination, LineReply } from './types'

const deviceKey = 'lexline.line.device'
const microphoneKey = 'lexline.line.microphone'
const speakerKey = 'lexline.line.speaker'
/* the call last answered by a click in a page, so that only that tab opens the call's page */
const answeredKey = 'lexline.line.answered'

export type Device = 'browser' | 'phone'
interface RingText {
  title: string
  who: (number: string) => string
}

/** The person's telephone line, the same in every tab; the sound is in one of them. */
export const useLine = defineStore('line', () => {
  const session = useSession()
  const line = shallowRef<LineReply>()
  const problem = shallowRef<Problem>()
  const busy = ref('')
  const phone = ref<PhoneState>('closed')
  const phoneWhy = shallowRef<unknown>()
  const leading = ref(false)
  const device = ref<Device>(localStorage.getItem(deviceKey) === 'phone' ? 'phone' : 'browser')
  const microphone = ref(localStorage.getItem(microphoneKey) ?? '')
  const speaker = ref(localStorage.getItem(speakerKey) ?? '')
  const microphoneStream = shallowRef<MediaStream>()
  /** the browser refused to sound without a click */
  const silenced = ref(false)
  const answeredHere = ref('')
  const popped = shallowRef<{ call_id: string; case_id?: string | null }>()
  let sound: HTMLAudioElement | undefined
  let started = false
  let ringText: RingText = { title: '', who: (n) => n }

  const available = computed(() => session.allows('line.state'))
  const call = computed(() => line.value?.call ?? undefined)
  const signedIn = computed(() => line.value?.signed_in ?? false)
  const ringing = computed(() => call.value?.state === 'ringing' && call.value.direction !== 'out')
  const inCall = computed(
    () => !!call.value && ['talking', 'held', 'dialling', 'lost'].includes(call.value.state),
  )

  const softphone = new Softphone({
    microphone: (id) => {
      if (!navigator.mediaDevices) return Promise.reject(new TypeError('no microphone here'))
      const exact = id ? { deviceId: { exact: id } } : {}
      return navigator.mediaDevices.getUserMedia({
        audio: { ...exact, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      })
    },
    peer: () => new RTCPeerConnection({ bundlePolicy: 'max-bundle' }),
    offer: (sdp) => lineApi.media(sdp).then((r) => r.sdp),
    heard: (stream) => void play(stream),
    changed: (state, why) => {
      phone.value = state
      phoneWhy.value = why
      microphoneStream.value = softphone.stream
    },
    after: (ms, fn) => setTimeout(fn, ms),
    cancel: (timer) => clearTimeout(timer as number),
    online: () => navigator.onLine,
  })
  const lead = makeLead(
    'lexline.telephone',
    () => (leading.value = true),
    () => {
      leading.value = false
      softphone.close()
    },
  )

  async function play(stream?: MediaStream): Promise<void> {
    sound ??= new Audio()
    if (stream) sound.srcObject = stream
    if (speaker.value && 'setSinkId' in sound)
      await sound.setSinkId(speaker.value).catch(() => undefined)
    try {
      await sound.play()
      silenced.value = false
    } catch {
      silenced.value = true
    }
  }

  async function load(): Promise<void> {
    if (!available.value) return
    try {
      line.value = await lineApi.state()
      problem.value = undefined
    } catch (e) {
      const p = asProblem(e)
      if (p.code !== 'aborted') problem.value = p
    }
  }

  function live(e: LiveEvent): void {
    if (e.kind === 'line.state') line.value = e.data as unknown as LineReply
    else if (e.kind === 'line.ring' || e.kind === 'resync') void load()
    else if (e.kind === 'call.popped')
      popped.value = e.data as unknown as { call_id: string; case_id?: string | null }
  }

  /** One command; its reply is the line as it is now. */
  async function run(name: string, fn: () => Promise<LineReply>): Promise<boolean> {
    if (busy.value) return false
    busy.value = name
    allowSound()
    try {
      line.value = await fn()
      problem.value = undefined
      return true
    } catch (e) {
      problem.value = asProblem(e)
      await load().catch(() => undefined)
      throw e
    } finally {
      busy.value = ''
    }
  }
  const onCall = (name: string, fn: (id: string) => Promise<LineReply>) => {
    const id = call.value?.id
    return id ? run(name, () => fn(id)) : Promise.resolve(false)
  }
  const command = (c: CallCommand) => onCall(c, (id) => lineApi.do(id, c))

  async function signIn(): Promise<boolean> {
    return run('sign_in', lineApi.signIn)
  }
  async function signOut(): Promise<boolean> {
    const done = await run('sign_out', lineApi.signOut)
    softphone.close()
    return done
  }
  async function answer(): Promise<boolean> {
    answeredHere.value = call.value?.id ?? ''
    localStorage.setItem(answeredKey, answeredHere.value)
    return command('answer')
  }

  /** The page of a call opens where it was answered; from a desk phone, in the tab that leads. */
  function opensHere(callId: string): boolean {
    if (answeredHere.value === callId) return true
    return leading.value && localStorage.getItem(answeredKey) !== callId
  }

  function setDevice(d: Device): void {
    device.value = d
    localStorage.setItem(deviceKey, d)
    if (d === 'phone') {
      softphone.close()
      void lineApi.closeMedia().catch(() => undefined)
    }
  }
  async function setMicrophone(id: string): Promise<void> {
    microphone.value = id
    localStorage.setItem(microphoneKey, id)
    if (softphone.stream) await softphone.choose(id)
    microphoneStream.value = softphone.stream
  }
  function setSpeaker(id: string): void {
    speaker.value = id
    localStorage.setItem(speakerKey, id)
    if (sound) void play()
  }

  /* The leg stands while the person is signed in and this tab has the telephone. */
  const wantsLeg = computed(() => signedIn.value && device.value === 'browser' && leading.value)
  watch(wantsLeg, (wanted) => {
    if (wanted) void softphone.open(microphone.value)
    else if (phone.value !== 'closed') softphone.close()
  })
  watch(
    () => line.value?.muted ?? false,
    (on) => softphone.mute(on),
  )
  watch([ringing, leading], ([on, loud]) => {
    if (on) startRing(ringText.title, ringText.who(call.value?.caller ?? ''), loud)
    else stopRing()
  })
  watch(liveState, (now, before) => {
    if (now === 'live' && before === 'lost') void load()
  })

  const network = () => softphone.again()
  let stopLive: (() => void) | undefined
  function start(text: RingText): void {
    ringText = text
    if (started || !available.value) return
    started = true
    stopLive = onLive(live)
    window.addEventListener('online', network)
    lead.claim()
    void load()
  }
  function stop(): void {
    if (!started) return
    started = false
    stopLive?.()
    window.removeEventListener('online', network)
    softphone.close()
    stopRing()
    lead.leave()
    leading.value = false
    line.value = undefined
  }

  /* The lock goes with the page; closing the leg at once saves the next page the wait. */
  const leavePage = () => softphone.close()
  const comeBack = (e: PageTransitionEvent) => {
    if (e.persisted && wantsLeg.value) void softphone.open(microphone.value)
  }

  return {
    leavePage,
    comeBack,
    line,
    problem,
    busy,
    phone,
    phoneWhy,
    leading,
    device,
    microphone,
    speaker,
    microphoneStream,
    silenced,
    opensHere,
    popped,
    available,
    call,
    signedIn,
    ringing,
    inCall,
    start,
    stop,
    load,
    signIn,
    signOut,
    answer,
    command,
    setDevice,
    setMicrophone,
    setSpeaker,
    takeHere: () => lead.claim(true),
    openAgain: () => softphone.open(microphone.value),
    soundOn: () => play(),
    ready: () => run('ready', lineApi.ready),
    pause: (reason: string) => run('pause', () => lineApi.pause(reason)),
    mute: (on: boolean) => onCall('mute', (id) => lineApi.mute(id, on)),
    keys: (keys: string) => onCall('keys', (id) => lineApi.keys(id, keys)),
    transfer: (to: Destination) => onCall('transfer', (id) => lineApi.transfer(id, to)),
    consult: (to: Destination) => onCall('consult', (id) => lineApi.consult(id, to)),
    dial: (number: string, case_id?: string) => run('dial', () => lineApi.dial(number, case_id)),
    wrapUp: (id: string, disposition: string) =>
      run('wrap_up', () => lineApi.wrapUp(id, disposition)),
    supervise: (id: string, how: ListenCommand) => run(how, () => lineApi.listen(id, how)),
  }
})
