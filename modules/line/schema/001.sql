-- store: cases
-- Accounts of desk phones: HA1 = MD5(user:realm:password), sealed. id: the person.
CREATE TABLE desk_phones (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  name text NOT NULL UNIQUE,
  ha1 bytea NOT NULL,
  made_at bigint NOT NULL
);
