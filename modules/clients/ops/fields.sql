-- op: client.fields
-- All sealed values of a client.
-- via: engine
-- store: clients
-- in: client_id id
SELECT field, value, hint FROM client_fields WHERE client_id = :client_id ORDER BY field
