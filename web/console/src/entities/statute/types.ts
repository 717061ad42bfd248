export interface ArticleHit {
  article_id: string
  law_id: string
  law: string
  article: string
  heading?: string | null
  text: string
  valid_from?: string | null
  valid_to?: string | null
  score: number
  /** UTF-16 offsets in `text`, end exclusive */
  marks: [number, number][]
  why: string[]
}
export interface SearchReply {
  items: ArticleHit[]
  took_us: number
}
export interface LawItem {
  id: string
  title: string
  kind: string
  latest_date?: string | null
  versions: number
  articles: number
}
export type LawNode =
  | { level: number; heading: string }
  | { article_id: string; article: string; text: string }
export interface LawVersion {
  id: string
  date: string | null
  status?: string | null
}
export interface LawView {
  id: string
  title: string
  kind: string
  versions: LawVersion[]
  version: LawVersion & { nodes: LawNode[] }
}
export interface ArticleView {
  article_id?: string
  id?: string
  law_id: string
  law: string
  article: string
  heading?: string | null
  text: string
  valid_from?: string | null
  valid_to?: string | null
  versions: { version_id: string; date: string | null; text: string }[]
}
