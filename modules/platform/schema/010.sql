-- store: both
-- The audit log (T03, T04), append-only, a chain in each store: what was done, and its place in the chain.
CREATE TABLE audit (
  id bigint NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  actor_id bigint NOT NULL,
  org_id bigint NOT NULL,
  session_id bigint NOT NULL,
  ip text,
  action text NOT NULL,
  subject text,
  subject_id bigint NOT NULL,
  detail text,
  reveal bigint NOT NULL
);
CREATE INDEX audit_subject ON audit (subject_id, id) WHERE subject_id <> 0;
CREATE INDEX audit_actor ON audit (actor_id, id);
CREATE INDEX audit_reveal ON audit (id) WHERE reveal = 1;

CREATE TABLE audit_link (
  seq bigint NOT NULL PRIMARY KEY,
  audit_id bigint NOT NULL UNIQUE,
  hash bytea NOT NULL
);

-- Which node does a job, until when.
CREATE TABLE leases (
  name text NOT NULL PRIMARY KEY,
  owner bigint NOT NULL,
  until bigint NOT NULL
);
