import { onBeforeUnmount, onMounted } from 'vue'

/** "n", "/", "?", "g d", "mod+enter", "alt+1": a chord is two keys with a space between. */
export type Keymap = Record<string, (e: KeyboardEvent) => void | boolean>

let pending = ''
let pendingAt = 0
let spent = false

export function isTyping(t: EventTarget | null): boolean {
  if (!(t instanceof HTMLElement)) return false
  if (t.isContentEditable) return true
  if (t instanceof HTMLInputElement) return !['radio', 'checkbox', 'button'].includes(t.type)
  return t instanceof HTMLTextAreaElement || t instanceof HTMLSelectElement
}

function inDialog(t: EventTarget | null): boolean {
  return t instanceof HTMLElement && !!t.closest('[role="dialog"]')
}

export function keyName(e: KeyboardEvent): string {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key.toLowerCase()
  const mod = e.ctrlKey || e.metaKey ? 'mod+' : ''
  const alt = e.altKey ? 'alt+' : ''
  return mod + alt + (e.altKey && /^Digit\d$/.test(e.code) ? e.code.slice(5) : key)
}

function handle(map: Keymap, e: KeyboardEvent): void {
  if (e.defaultPrevented || e.isComposing) return
  const name = keyName(e)
  /* function keys type nothing, so they work in the middle of a sentence too */
  const plain = !name.includes('+') && !/^f\d+$/.test(name)
  if (plain && name !== 'escape' && (isTyping(e.target) || inDialog(e.target))) return
  const chord = pending && Date.now() - pendingAt < 1200 ? map[`${pending} ${name}`] : undefined
  const fn = chord ?? map[name]
  if (!fn || fn(e) === false) return
  e.preventDefault()
  spent = true
}

/* Remembers the first key of a chord, after every page's own handler has seen it. */
if (typeof window !== 'undefined')
  window.addEventListener('keydown', (e) => {
    if (e.key === 'Shift' || isTyping(e.target)) return
    pending = spent ? '' : keyName(e)
    spent = false
    pendingAt = Date.now()
  })

export function useKeys(map: Keymap): void {
  const listener = (e: KeyboardEvent) => handle(map, e)
  /* before the chord's memory above, which was added to the window's bubble phase */
  onMounted(() => document.addEventListener('keydown', listener))
  onBeforeUnmount(() => document.removeEventListener('keydown', listener))
}
