-- op: inbox.messages
-- The caller's messages, newest first, page by key. The words are the template's, from the phrases of the profile.
-- route: GET /api/inbox
-- role: any
-- in: unread bool? | before id? | limit int = 50 (1..200)
-- out: many {id id, at time, template text, params json?, case_id id?, read_at time?}

SELECT id, at, template, params, NULLIF(case_id, 0) AS case_id, read_at FROM inbox
 WHERE person_id = :actor AND (:before IS NULL OR id < :before)
   AND (:unread IS NULL OR (read_at IS NULL AND :unread = 1) OR (read_at IS NOT NULL AND :unread = 0))
 ORDER BY id DESC LIMIT :limit
