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
export interface LawNode {
  id: string
  kind: 'heading' | 'article' | 'text'
  level: number
  number: string | null
  body: string
}
interface Validity {
  version_date: string | null
  valid_from: string | null
  valid_to: string | null
}
export interface LawVersion extends Validity {
  id: string
}
export interface LawView {
  id: string
  title: string
  kind: string
  versions: LawVersion[]
  version_id: string
  nodes: LawNode[]
}
export interface ArticleVersion extends Validity {
  article_id: string
  version_id: string
  body: string
}
export interface ArticleView extends ArticleVersion {
  law_id: string
  law: string
  kind: string
  article: string
  heading: string
  versions: ArticleVersion[]
}
