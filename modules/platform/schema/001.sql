-- store: both
-- Data keys of the vault (src/store/vault.h), wrapped by the master key. Never deleted: what was sealed with a
-- retired one must stay readable until it has been sealed again.
CREATE TABLE data_keys (
  id bigint PRIMARY KEY,
  org_id bigint NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('field', 'index', 'blob', 'secret')),
  master text NOT NULL, -- fingerprint of the master key that wraps it
  wrapped bytea NOT NULL,
  created_at bigint NOT NULL,
  retired_at bigint -- NULL: new values are sealed with it
);
CREATE UNIQUE INDEX data_keys_current ON data_keys (org_id, purpose) WHERE retired_at IS NULL;
