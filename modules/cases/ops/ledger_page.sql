-- op: case.ledger_page
-- A page of a ledger, newest first.
-- via: engine
-- in: ledger text | from time? | to time? | before id? | limit int
SELECT l.id, l.at, l.kind, l.case_id, c.number, l.person_id, l.text, l.source, l.org_id
  FROM ledger l LEFT JOIN cases c ON c.id = l.case_id
 WHERE l.ledger = :ledger
  AND EXISTS (SELECT 1 FROM actor_orgs ao WHERE ao.actor_id = :actor AND ao.org_id = l.org_id)
  AND (:from IS NULL OR l.at >= :from) AND (:to IS NULL OR l.at < :to)
  AND (:before IS NULL OR l.id < :before)
 ORDER BY l.id DESC LIMIT :limit
