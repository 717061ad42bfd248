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
  org_id: string | null
  repealed_on: string | null
  repealed_by: string
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

export interface LawImport {
  id: string
  title: string
  part: string
  kind: string
  scope: 'common' | 'own'
  version_date: string
  valid_from: string
  articles: number
  outcome: 'new' | 'version' | 'correction' | 'unchanged'
  law_id: string | null
  compared_with: string | null
  added: number
  changed: number
  removed: number
  changes: {
    kind: 'added' | 'changed' | 'removed'
    article: string
    heading: string
    before: string | null
    after: string | null
  }[]
  findings: string[]
}
export interface LawImportItem {
  id: string
  name: string
  title: string
  kind: string
  scope: 'common' | 'own'
  articles: number
  state: string
  law_id: string | null
  by: string | null
  at: string
}
