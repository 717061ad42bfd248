-- store: cases
-- Files whose row is gone and that must go from the disk: what a crash interrupts is done at the next turn.
CREATE TABLE blob_wipes (
  address text NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  at bigint NOT NULL
);
