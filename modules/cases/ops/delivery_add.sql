-- op: case.delivery_add
-- Something is given to somebody: the trace of it.
-- via: engine
-- in: id id | case_id id | field text | channel text | client_id id? | person_id id?
INSERT INTO case_deliveries (id, case_id, field, channel, client_id, person_id, sent_at)
VALUES (:id, :case_id, :field, :channel, :client_id, :person_id, :now)
