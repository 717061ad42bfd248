-- op: audit.page
-- Entries of the caller's organisations, newest first; `reveals` shows only those of sealed values.
-- via: engine
-- store: both
-- in: from time? | to time? | actor_is id? | action text? | subject text? | subject_id id? | reveals bool | before id? | limit int
SELECT a.id, a.at, a.actor_id, a.org_id, a.session_id, a.ip, a.action, a.subject, a.subject_id, a.detail, a.reveal
  FROM audit a
 WHERE a.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :actor_org)
   AND (:before IS NULL OR a.id < :before) AND (:from IS NULL OR a.at >= :from) AND (:to IS NULL OR a.at < :to)
   AND (:actor_is IS NULL OR a.actor_id = :actor_is) AND (:action IS NULL OR a.action = :action)
   AND (:subject IS NULL OR a.subject = :subject) AND (:subject_id IS NULL OR a.subject_id = :subject_id)
   AND (:reveals = 0 OR a.reveal = 1)
 ORDER BY a.id DESC LIMIT :limit
