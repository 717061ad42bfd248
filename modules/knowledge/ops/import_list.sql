-- op: statute.import_list
-- What the organisation uploaded, newest first.
-- route: GET /api/statutes/imports
-- role: editor, legal_team, secretariat, supervisor, director, admin
-- in: before id? | limit int = 20 (1..100)
-- out: many {id id, name text, title text, kind text, scope text, articles int, state text, law_id id?, by text?, at time}
SELECT i.id, i.name, i.title, i.kind, i.scope, i.articles, i.state, i.law_id, p.display_name AS by, i.at
  FROM law_imports i LEFT JOIN people p ON p.id = i.by_id
 WHERE i.org_id = :actor_org AND (:before IS NULL OR i.id < :before)
 ORDER BY i.id DESC LIMIT :limit;
