/** "Chrome · Windows" out of a user agent: enough to recognise one's own device. */
export function deviceName(agent: string | null | undefined): string {
  const a = agent ?? ''
  const browser = /MicroMessenger/.test(a)
    ? 'WeChat'
    : /Edg\//.test(a)
      ? 'Edge'
      : /Firefox\//.test(a)
        ? 'Firefox'
        : /Chrome\//.test(a)
          ? 'Chrome'
          : /Safari\//.test(a)
            ? 'Safari'
            : a.split('/')[0] || '?'
  const system = a.match(/Windows|Android|iPhone|iPad|Mac OS|Linux|HarmonyOS/)?.[0]
  return system ? `${browser} · ${system}` : browser
}
