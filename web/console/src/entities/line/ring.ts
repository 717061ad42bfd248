/**
 * The bell: two notes from the browser's own synthesiser, a word from the desktop when the page is
 * out of sight, and a title that calls.
 */
let context: AudioContext | undefined
let bell: ReturnType<typeof setInterval> | undefined
let flash: ReturnType<typeof setInterval> | undefined
let title = ''
let note: Notification | undefined

function chime(): void {
  if (!context || context.state !== 'running') return
  const begin = context.currentTime
  for (const [at, hz] of [
    [0, 880],
    [0.18, 660],
    [0.5, 880],
    [0.68, 660],
  ]) {
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = hz
    volume.gain.setValueAtTime(0, begin + at)
    volume.gain.linearRampToValueAtTime(0.16, begin + at + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.001, begin + at + 0.17)
    tone.connect(volume).connect(context.destination)
    tone.start(begin + at)
    tone.stop(begin + at + 0.18)
  }
}

/** To be called on a click or key: browsers let a page sound only after one. */
export function allowSound(): void {
  if (typeof AudioContext === 'undefined') return
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume().catch(() => undefined)
  if ('Notification' in window && Notification.permission === 'default')
    void Notification.requestPermission().catch(() => undefined)
}

export function startRing(text: string, who: string, loud: boolean): void {
  stopRing()
  title = document.title
  let on = false
  flash = setInterval(() => {
    on = !on
    document.title = on ? `☎ ${text}` : title
  }, 900)
  if (!loud) return
  if (typeof AudioContext !== 'undefined') context ??= new AudioContext()
  void context?.resume().then(chime, () => undefined)
  bell = setInterval(chime, 2600)
  if (document.hidden && 'Notification' in window && Notification.permission === 'granted') {
    note = new Notification(text, { body: who, tag: 'lexline.ring', requireInteraction: true })
    note.onclick = () => {
      window.focus()
      note?.close()
    }
  }
}

export function stopRing(): void {
  clearInterval(bell)
  if (flash) {
    clearInterval(flash)
    document.title = title
  }
  bell = flash = undefined
  note?.close()
  note = undefined
}
