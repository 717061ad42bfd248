-- op: client.address_of
-- Where a message to a client goes: the sealed value of one field.
-- via: engine
-- store: clients
-- in: client_id id | field text
SELECT c.org_id, f.value FROM clients c JOIN client_fields f ON f.client_id = c.id AND f.field = :field
 WHERE c.id = :client_id AND c.erased_at IS NULL
