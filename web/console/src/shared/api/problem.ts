/** What went wrong, in the shape of the engine's problem documents (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly title: string,
    readonly detail = '',
    readonly field = '',
    readonly body: Record<string, unknown> = {},
  ) {
    super(detail || title || code)
    this.name = 'Problem'
  }
}

/** No answer came: the line is down or the engine is. Not an error of the user's, so a state of its own. */
export function offlineProblem(): Problem {
  return new Problem('offline', 0, '')
}

export async function problemFrom(res: Response): Promise<Problem> {
  let body: Record<string, unknown> = {}
  try {
    body = (await res.json()) as Record<string, unknown>
  } catch {
    /* a proxy's page, not ours: the status is all we know */
  }
  const text = (key: string) => (typeof body[key] === 'string' ? (body[key] as string) : '')
  return new Problem(
    text('code') || `http_${res.status}`,
    res.status,
    text('title'),
    text('detail'),
    text('field'),
    body,
  )
}

export function asProblem(e: unknown): Problem {
  if (e instanceof Problem) return e
  if (e instanceof DOMException && e.name === 'AbortError') return new Problem('aborted', 0, '')
  return new Problem('page', 0, '', e instanceof Error ? e.message : String(e))
}
