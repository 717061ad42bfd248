/** Shapes shared by several entities. Ids are strings, instants RFC 3339 in UTC. */

export interface Label {
  zh: string
  en: string
}
export interface Page<T> {
  items: T[]
  next?: string | null
}
export interface Ref {
  id: string
  name: string
}
