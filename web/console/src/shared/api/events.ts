/**
 * Live events: one EventSource for all tabs of this browser (HTTP/1.1 allows six connections a
 * host). The tab that holds the lock listens and tells the others; when it closes, the next one
 * takes over from the last event id. Where locks are missing (no secure context) each tab listens.
 */
import { ref } from 'vue'

export interface LiveEvent {
  id: string
  kind: string
  data: Record<string, unknown>
}
type Listener = (e: LiveEvent) => void
type Wire =
  | { type: 'event'; event: LiveEvent }
  | { type: 'state'; state: LiveState }
  | { type: 'ask' }
export type LiveState = 'connecting' | 'live' | 'lost'

/** The kinds the engine writes to its feed; EventSource needs each by name. */
const kinds = [
  'case.created',
  'case.changed',
  'task.assigned',
  'clock.warning',
  'clock.breach',
  'inbox',
  'notice',
  'line.state',
  'line.ring',
  'line.wall',
  'line.alarm',
  'call.popped',
  'resync',
]
const lastKey = 'lexline.last_event'
const lockName = 'lexline.events'

export const liveState = ref<LiveState>('connecting')
const listeners = new Set<Listener>()
let channel: BroadcastChannel | undefined
let source: EventSource | undefined
let release: (() => void) | undefined
let running = false

export function onLive(fn: Listener): () => void {
  listeners.add(fn)
  return () => listeners.delete(fn)
}

function deliver(e: LiveEvent): void {
  for (const fn of listeners) fn(e)
}

function setState(state: LiveState): void {
  liveState.value = state
  if (source) channel?.postMessage({ type: 'state', state } satisfies Wire)
}

function received(kind: string, raw: MessageEvent<string>): void {
  let data: Record<string, unknown> = {}
  try {
    data = JSON.parse(raw.data || '{}') as Record<string, unknown>
  } catch {
    return
  }
  const event = { id: raw.lastEventId, kind, data }
  if (event.id) localStorage.setItem(lastKey, event.id)
  deliver(event)
  channel?.postMessage({ type: 'event', event } satisfies Wire)
}

function listen(): void {
  if (source || !running) return
  const since = localStorage.getItem(lastKey)
  source = new EventSource(since ? `/api/events?since=${since}` : '/api/events')
  source.onopen = () => setState('live')
  source.onerror = () => {
    setState('lost')
    if (source?.readyState === EventSource.CLOSED) again()
  }
  source.onmessage = (e) => received('message', e)
  for (const kind of kinds) source.addEventListener(kind, (e) => received(kind, e))
}

/* The browser reconnects by itself except after a refusal (503 while the engine restarts). */
function again(): void {
  source?.close()
  source = undefined
  setTimeout(listen, 3000)
}

function lead(): Promise<void> {
  if (!running) return Promise.resolve()
  listen()
  return new Promise((resolve) => {
    release = resolve
  })
}

export function startLive(): void {
  if (running) return
  running = true
  if ('locks' in navigator && 'BroadcastChannel' in window) {
    channel = new BroadcastChannel('lexline.events')
    channel.onmessage = (m: MessageEvent<Wire>) => {
      if (m.data.type === 'event') deliver(m.data.event)
      else if (m.data.type === 'state' && !source) liveState.value = m.data.state
      else if (m.data.type === 'ask' && source) setState(liveState.value)
    }
    channel.postMessage({ type: 'ask' } satisfies Wire)
    void navigator.locks.request(lockName, lead)
  } else listen()
}

/** Signing out: nothing of this person's stream may reach the next one. */
export function stopLive(): void {
  running = false
  source?.close()
  source = undefined
  channel?.close()
  channel = undefined
  release?.()
  release = undefined
  localStorage.removeItem(lastKey)
  liveState.value = 'connecting'
}
