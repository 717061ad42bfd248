import type { LineReply } from '@/entities/line/types'

const greeting_ms = 15_000

/** Where the call is, as the standard phrases name it: greet, listen, confirm, close. */
export function callStep(
  line: LineReply | undefined,
  id: string,
  written: boolean,
  now = Date.now(),
): string {
  const call = line?.call
  if (!call || call.id !== id || call.state === 'ended') return 'close'
  if (!call.answered_at || now - Date.parse(call.answered_at) < greeting_ms) return 'greet'
  return written ? 'confirm' : 'listen'
}
