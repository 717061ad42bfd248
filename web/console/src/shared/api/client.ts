import { Problem, offlineProblem, problemFrom } from './problem'

/** A query's members; empty ones are left out of the address. */
export type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

/* Set by the session; kept out of any store so that this module knows nobody. */
let csrf = ''
let lang = 'zh-CN'
let signedOut: () => void = () => {}

export function setCsrf(token: string): void {
  csrf = token
}
export function setApiLanguage(l: string): void {
  lang = l
}
export function onSignedOut(fn: () => void): void {
  signedOut = fn
}

export function address(path: string, query: Query = {}): string {
  const q = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') q.set(key, String(value))
  const s = q.toString()
  return s ? `${path}?${s}` : path
}

function headers(method: string, json: boolean): Record<string, string> {
  const h: Record<string, string> = { Accept: 'application/json', 'Accept-Language': lang }
  if (json) h['Content-Type'] = 'application/json'
  if (method !== 'GET' && csrf) h['X-CSRF-Token'] = csrf
  return h
}

async function send(method: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { method, credentials: 'same-origin', ...init })
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw offlineProblem()
  }
}

async function request<T>(method: string, path: string, o: Options = {}): Promise<T> {
  const res = await send(method, address(path, o.query), {
    headers: headers(method, o.body !== undefined),
    body: o.body === undefined ? undefined : JSON.stringify(o.body),
    signal: o.signal,
  })
  if (!res.ok) {
    const p = await problemFrom(res)
    if (p.code === 'unauthorized') signedOut()
    throw p
  }
  if (res.status === 204 || res.headers.get('Content-Length') === '0') return undefined as T
  return (await res.json()) as T
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    request<T>('GET', path, { query, signal }),
  post: <T>(path: string, body: unknown = {}) => request<T>('POST', path, { body }),
  put: <T>(path: string, body: unknown = {}) => request<T>('PUT', path, { body }),
  patch: <T>(path: string, body: unknown = {}) => request<T>('PATCH', path, { body }),
  delete: <T>(path: string, query?: Query) => request<T>('DELETE', path, { query }),
}

/** Upload a file as the raw body. XMLHttpRequest, because fetch cannot tell how far an upload is. */
export function upload<T>(
  path: string,
  file: File,
  progress: (share: number) => void,
  signal?: AbortSignal,
  query: Query = { name: file.name },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest()
    x.open('POST', address(path, query))
    x.setRequestHeader('X-CSRF-Token', csrf)
    x.setRequestHeader('Accept-Language', lang)
    x.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    x.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total)
    x.onerror = () => reject(offlineProblem())
    x.onabort = () => reject(new Problem('aborted', 0, ''))
    x.onload = async () => {
      const res = new Response(x.status === 204 ? null : x.responseText, { status: x.status })
      if (res.ok) resolve((res.status === 204 ? undefined : await res.json()) as T)
      else reject(await problemFrom(res))
    }
    signal?.addEventListener('abort', () => x.abort())
    x.send(file)
  })
}

/** A file made by an operation, to be shown. */
export async function fetchFile(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Blob> {
  const res = await send(method, path, {
    headers: headers(method, body !== undefined),
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  })
  if (!res.ok) throw await problemFrom(res)
  return await res.blob()
}

/** Fetch a file and hand it to the browser to save, so that a refusal can be told in words. */
export async function download(path: string, query: Query, fallbackName: string): Promise<void> {
  const res = await send('GET', address(path, query), { headers: { 'Accept-Language': lang } })
  if (!res.ok) throw await problemFrom(res)
  const name = fileName(res.headers.get('Content-Disposition')) || fallbackName
  const url = URL.createObjectURL(await res.blob())
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

function fileName(disposition: string | null): string {
  const extended = disposition?.match(/filename\*=UTF-8''([^;]+)/i)?.[1]
  if (extended) return decodeURIComponent(extended)
  return disposition?.match(/filename="?([^";]+)"?/i)?.[1] ?? ''
}
