-- op: client.consents_of
-- Everything the client agreed to, for the export.
-- via: engine
-- store: clients
-- in: client_id id
SELECT purpose, scope, given, channel, at FROM consents WHERE client_id = :client_id ORDER BY id
