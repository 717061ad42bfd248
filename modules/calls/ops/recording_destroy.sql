-- op: calls.recording_destroy
-- A recording is destroyed, if it still may be: its row stays and says when; an entry in the ledger of destroyed recordings.
-- via: engine
-- in: id id
UPDATE call_recordings SET destroyed_at = :now WHERE id = :id AND destroyed_at IS NULL AND held = 0 AND keep_until <= :now;
INSERT INTO ledger (id, org_id, ledger, at, kind, case_id, person_id, text, source)
SELECT new_id(), g.org_id, 'recordings', :now, 'destroyed', c.case_id, NULL,
  '{"zh":"通话录音保存期满，已销毁：' || local_date_text(g.began_at) || '，' || (g.length_ms / 1000) || ' 秒，SHA-256 ' || g.sha256
   || '","en":"Recording destroyed at the end of its retention: ' || local_date_text(g.began_at) || ', ' || (g.length_ms / 1000) || ' s, SHA-256 ' || g.sha256 || '"}', NULL
  FROM call_recordings g JOIN calls c ON c.id = g.call_id WHERE g.id = :id AND g.destroyed_at = :now;
SELECT call_id, org_id, part, blob_id, sha256 FROM call_recordings WHERE id = :id AND destroyed_at = :now
