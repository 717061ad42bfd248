-- store: cases
-- Legal holds: while one is not released, nothing of the call is destroyed. call_recordings.held follows it.
CREATE TABLE call_holds (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  call_id bigint NOT NULL,
  purpose text NOT NULL,
  by_id bigint NOT NULL,
  at bigint NOT NULL,
  released_purpose text,
  released_by bigint,
  released_at bigint
);
CREATE UNIQUE INDEX call_holds_running ON call_holds (call_id) WHERE released_at IS NULL;
CREATE INDEX call_holds_call ON call_holds (call_id);
CREATE INDEX call_recordings_blob ON call_recordings (blob_id) WHERE destroyed_at IS NULL;
