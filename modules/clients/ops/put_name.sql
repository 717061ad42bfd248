-- op: client.put_name
-- Keep a way to find a client's name.
-- via: engine
-- store: clients
-- in: client_id id | kind text | blind blob
INSERT INTO client_names (client_id, kind, blind) VALUES (:client_id, :kind, :blind)
ON CONFLICT (blind, kind, client_id) DO NOTHING
