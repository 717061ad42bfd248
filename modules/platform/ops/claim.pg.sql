-- op: outbox.claim
-- Take messages that are due. Until next_at nobody else takes them; a node that dies lets them come back.
-- via: engine
-- in: at time | until time | limit int
UPDATE outbox SET next_at = :until, attempts = attempts + 1
 WHERE id IN (SELECT id FROM outbox WHERE status = 'queued' AND next_at <= :at ORDER BY next_at LIMIT :limit
              FOR UPDATE SKIP LOCKED)
RETURNING id, at, org_id, channel, person_id, client_id, address, template, params, case_id, attempts
