-- op: client.put_field
-- Keep a sealed value.
-- via: engine
-- store: clients
-- in: client_id id | field text | value blob | hint text | blind blob?
INSERT INTO client_fields (client_id, field, value, hint, blind) VALUES (:client_id, :field, :value, :hint, :blind)
ON CONFLICT (client_id, field) DO UPDATE SET value = excluded.value, hint = excluded.hint, blind = excluded.blind
