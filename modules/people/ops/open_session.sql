-- op: session.open_session
-- Keep a new session: never its token, only the token's hash.
-- via: engine
-- in: id id | token_hash blob | person_id id | expires_at time | ip text? | agent text?
INSERT INTO sessions (id, token_hash, person_id, created_at, seen_at, expires_at, ip, agent)
VALUES (:id, :token_hash, :person_id, :now, :now, :expires_at, :ip, :agent)
