import { api, upload } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { Destination, LinePrompt, LineReply, LineTarget, Wall } from './types'

const call = (id: string) => `/api/line/calls/${encodeURIComponent(id)}`
const prompt = (p: { name: string; lang: string }) =>
  `/api/line/prompts/${encodeURIComponent(p.name)}/${encodeURIComponent(p.lang)}`

export type CallCommand =
  | 'answer'
  | 'refuse'
  | 'hang_up'
  | 'hold'
  | 'resume'
  | 'join'
  | 'complete'
  | 'back'
export type ListenCommand = 'listen' | 'whisper' | 'barge' | 'leave'

export const lineApi = {
  state: (signal?: AbortSignal) => api.get<LineReply>('/api/line', {}, signal),
  signIn: () => api.post<LineReply>('/api/line/sign_in'),
  signOut: () => api.post<LineReply>('/api/line/sign_out'),
  ready: () => api.post<LineReply>('/api/line/ready'),
  pause: (reason: string) => api.post<LineReply>('/api/line/pause', { reason }),
  media: (sdp: string) => api.post<{ sdp: string }>('/api/line/media', { sdp }),
  closeMedia: () => api.delete('/api/line/media'),
  do: (id: string, command: CallCommand) => api.post<LineReply>(`${call(id)}/${command}`),
  mute: (id: string, on: boolean) => api.post<LineReply>(`${call(id)}/mute`, { on }),
  keys: (id: string, keys: string) => api.post<LineReply>(`${call(id)}/keys`, { keys }),
  wrapUp: (id: string, disposition: string) =>
    api.post<LineReply>(`${call(id)}/wrap_up`, disposition ? { disposition } : {}),
  transfer: (id: string, to: Destination) => api.post<LineReply>(`${call(id)}/transfer`, to),
  consult: (id: string, to: Destination) => api.post<LineReply>(`${call(id)}/consult`, to),
  dial: (number: string, case_id?: string) =>
    api.post<LineReply>('/api/line/dial', { number, ...(case_id ? { case_id } : {}) }),
  targets: (signal?: AbortSignal) =>
    api.get<Page<LineTarget>>('/api/line/targets', {}, signal).then((p) => p.items),
  wall: (signal?: AbortSignal) => api.get<Wall>('/api/line/wall', {}, signal),
  listen: (id: string, how: ListenCommand) => api.post<LineReply>(`${call(id)}/${how}`),
  prompts: (signal?: AbortSignal) =>
    api.get<Page<LinePrompt>>('/api/line/prompts', {}, signal).then((p) => p.items),
  phonePassword: () =>
    api.post<{ user: string; password: string; realm: string }>('/api/line/phone'),
  promptUrl: (p: LinePrompt) => prompt(p),
  promptUpload: (p: LinePrompt, file: File, progress: (share: number) => void) =>
    upload<unknown>(prompt(p), file, progress, undefined, {}),
  promptSpoken: (p: LinePrompt) => api.delete(prompt(p)),
}
