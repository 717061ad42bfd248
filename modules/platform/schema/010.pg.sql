-- store: both
-- Entries waiting for their link. SQLite needs no such list: there the ids rise in commit order.
CREATE TABLE audit_new (
  id bigint NOT NULL PRIMARY KEY
);
