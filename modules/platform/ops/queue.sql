-- op: outbox.queue
-- A message to be sent after the commit.
-- via: engine
-- in: id id | at time | org_id id | channel text | person_id id | client_id id | address blob? | template text | params text? | case_id id
INSERT INTO outbox (id, at, org_id, channel, person_id, client_id, address, template, params, case_id,
  status, attempts, next_at)
VALUES (:id, :at, :org_id, :channel, :person_id, :client_id, :address, :template, :params, :case_id,
  'queued', 0, :at)
