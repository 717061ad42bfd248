-- op: calls.recording_add
-- A finished recording, kept once however often it is told.
-- via: engine
-- in: id id | call_id id | org_id id | part int | blob_id id | media_type text | sha256 text | began_at time | length_ms int | lost_ms int | after_crash bool | keep_until time
INSERT INTO call_recordings (id, call_id, org_id, part, blob_id, media_type, sha256, began_at, length_ms, lost_ms, after_crash, keep_until, held)
VALUES (:id, :call_id, :org_id, :part, :blob_id, :media_type, :sha256, :began_at, :length_ms, :lost_ms, :after_crash, :keep_until,
  CASE WHEN EXISTS (SELECT 1 FROM call_holds h WHERE h.call_id = :call_id AND h.released_at IS NULL) THEN 1 ELSE 0 END)
ON CONFLICT (call_id, part) DO NOTHING
