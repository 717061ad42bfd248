-- op: client.wipe
-- Erase a client: the row stays for the statistics, what identifies goes.
-- via: engine
-- store: clients
-- in: id id
DELETE FROM client_fields WHERE client_id = :id;
DELETE FROM client_names WHERE client_id = :id;
DELETE FROM client_contacts WHERE client_id = :id;
DELETE FROM client_former_names WHERE client_id = :id;
UPDATE clients SET note = NULL, erased_at = :now, updated_at = :now, version = version + 1 WHERE id = :id
