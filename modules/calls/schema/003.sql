-- store: cases
-- What the queue promised when the call was recorded: answered within level_s is in time, hung up before short_s is a short abandon.
ALTER TABLE calls ADD COLUMN level_s bigint NOT NULL DEFAULT 15;
ALTER TABLE calls ADD COLUMN short_s bigint NOT NULL DEFAULT 5;

-- A finished incoming call as figures that can be added up. Only here stands what counts as what; the wallboard (src/voice/wall.c) counts alike.
CREATE VIEW call_figures AS
SELECT c.id, c.org_id, c.hotline, c.queue, c.operator_id, c.began_at,
  CASE WHEN c.queued_at IS NULL THEN 0 ELSE 1 END AS offered,
  CASE WHEN c.queued_at IS NULL OR c.answered_at IS NULL THEN 0 ELSE 1 END AS answered,
  CASE WHEN c.answered_at - c.queued_at <= c.level_s * 1000 THEN 1 ELSE 0 END AS within,
  CASE WHEN c.queued_at IS NOT NULL AND c.answered_at IS NULL AND c.outcome = 'abandoned' THEN 1 ELSE 0 END AS abandoned,
  CASE WHEN c.answered_at IS NULL AND c.outcome = 'abandoned' AND c.ended_at - c.queued_at < c.short_s * 1000 THEN 1 ELSE 0 END AS abandoned_short,
  CASE WHEN c.outcome = 'voicemail' THEN 1 ELSE 0 END AS voicemails,
  CASE WHEN c.outcome = 'callback_asked' THEN 1 ELSE 0 END AS callbacks,
  CASE WHEN c.answered_at IS NULL THEN 0 ELSE coalesce(c.answered_at - c.queued_at, 0) END AS wait_ms,
  CASE WHEN c.queued_at IS NULL THEN 0 ELSE coalesce(c.ended_at - c.answered_at, 0) END AS talk_ms,
  c.wrap_ms, c.hold_ms, c.transfers,
  CASE WHEN c.rating IS NULL THEN 0 ELSE 1 END AS ratings, coalesce(c.rating, 0) AS rating_sum
  FROM calls c WHERE c.direction = 'in' AND c.ended_at IS NOT NULL;

CREATE INDEX line_alarms_person ON line_alarms (person_id, kind, at) WHERE person_id IS NOT NULL;
