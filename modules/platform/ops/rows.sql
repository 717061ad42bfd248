-- op: inbox.rows
-- A page of the caller's messages.
-- via: engine
-- in: unread bool? | before id? | limit int
SELECT id, at, template, params, case_id, read_at FROM inbox
 WHERE person_id = :actor AND (:before IS NULL OR id < :before)
   AND (:unread IS NULL OR (:unread = 1 AND read_at IS NULL) OR (:unread = 0 AND read_at IS NOT NULL))
 ORDER BY id DESC LIMIT :limit
