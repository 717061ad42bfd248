-- op: audit.link
-- Give an entry its place in the chain and strike it off the list.
-- via: engine
-- store: both
-- in: seq int | audit_id id | hash blob
WITH struck AS (DELETE FROM audit_new WHERE id = :audit_id)
INSERT INTO audit_link (seq, audit_id, hash) VALUES (:seq, :audit_id, :hash)
