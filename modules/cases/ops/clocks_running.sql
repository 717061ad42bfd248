-- op: case.clocks_running
-- Running clocks that count in a calendar, page by key: to compute them anew.
-- via: engine
-- in: org_id id | after id | limit int
SELECT k.id, k.case_id, k.org_id, k.name, k.calendar, k.base_at, k.length, k.remaining, k.due_at, k.breached_at
 FROM case_clocks k
WHERE k.status = 'running' AND k.length IS NOT NULL AND k.id > :after
  AND (:org_id = 0 OR k.org_id IN (SELECT t.org_id FROM org_tree t WHERE t.ancestor_id = :org_id))
ORDER BY k.id LIMIT :limit
