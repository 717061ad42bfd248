-- op: audit.link
-- Give an entry its place in the chain.
-- via: engine
-- store: both
-- in: seq int | audit_id id | hash blob
INSERT INTO audit_link (seq, audit_id, hash) VALUES (:seq, :audit_id, :hash)
