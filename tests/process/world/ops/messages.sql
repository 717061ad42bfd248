-- op: test.messages
-- Messages since an id, to persons and to others, in their order.
-- via: engine
-- in: after id
SELECT id, 'inbox' AS channel, person_id, 0 AS client_id, template FROM inbox WHERE id > :after
UNION ALL
SELECT id, channel, person_id, client_id, template FROM outbox WHERE id > :after
ORDER BY 1
