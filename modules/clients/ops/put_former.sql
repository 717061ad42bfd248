-- op: client.put_former
-- Keep a former name.
-- via: engine
-- store: clients
-- in: id id | client_id id | name blob
INSERT INTO client_former_names (id, client_id, name, noted_at) VALUES (:id, :client_id, :name, :now)
