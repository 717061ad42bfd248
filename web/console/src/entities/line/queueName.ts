import { useText } from '@/shared/i18n'
import { useLine } from './store'
import { labelOf } from './types'

/** A queue's name in the reader's language; the engine's own where the line is not known here. */
export function useQueueName() {
  const line = useLine()
  const { l } = useText()
  return (name: string | null | undefined): string => {
    const q = line.line?.queues.find((x) => x.name === name)
    return q ? l(labelOf(q)) : (name ?? '')
  }
}
