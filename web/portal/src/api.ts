export type CallState =
  | 'connecting'
  | 'menu'
  | 'waiting'
  | 'ringing'
  | 'dialling'
  | 'talking'
  | 'held'
  | 'lost'
  | 'voicemail'
  | 'callback'
  | 'survey'
  | 'ended'
export interface PortalCall {
  state: CallState
  /** what is being said just now */
  text?: string | null
  lang?: string | null
  position?: number | null
  /** keys are listened to */
  keys?: boolean
  began_at?: string | null
  answered_at?: string | null
}

export class Refusal extends Error {
  constructor(
    public status: number,
    public code: string,
  ) {
    super(code)
  }
}

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const res = await fetch(`/api/portal/calls${path}`, {
    method,
    credentials: 'omit',
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (!res.ok) {
    const problem = (await res.json().catch(() => ({}))) as { code?: string }
    throw new Refusal(res.status, problem.code ?? '')
  }
  const text = await res.text()
  return (text ? JSON.parse(text) : undefined) as T
}

export const portalApi = {
  begin: (sdp: string, number: string) =>
    send<{ token: string; sdp: string }>('POST', '', { sdp, ...(number ? { number } : {}) }),
  state: (token: string) => send<PortalCall>('GET', `/${token}`),
  keys: (token: string, keys: string) => send<unknown>('POST', `/${token}/keys`, { keys }),
  hangUp: (token: string) => send<unknown>('POST', `/${token}/hang_up`, {}),
  media: (token: string, sdp: string) => send<{ sdp: string }>('POST', `/${token}/media`, { sdp }),
}
