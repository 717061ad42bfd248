import { moment, type Lang } from '@/shared/time/text'

export interface Message {
  id: string
  at: string
  template: string
  params?: Record<string, string> | null
  case_id?: string | null
  read_at?: string | null
}

/** The template's words with the message's facts; a template we don't know leaves the case's name. */
export function fillMessage(template: string, m: Message, now: number, lang: Lang): string {
  const p = m.params ?? {}
  if (!template) return [p.number, p.title].filter(Boolean).join(' ') || m.template
  const fact = (name: string) => {
    const value = p[name] ?? ''
    return name === 'due' && value && !Number.isNaN(Date.parse(value))
      ? moment(value, now, lang)
      : value
  }
  return template.replace(/\{(\w+)\}/g, (_, name: string) => fact(name)).trim()
}
