-- op: calls.wall_day
-- The day's sums so far, for a wallboard that begins anew.
-- via: engine
-- in: org_id id | day date
SELECT CAST(coalesce(sum(offered), 0) AS bigint) AS offered, CAST(coalesce(sum(answered), 0) AS bigint) AS answered, CAST(coalesce(sum(within), 0) AS bigint) AS within,
  CAST(coalesce(sum(abandoned), 0) AS bigint) AS abandoned, CAST(coalesce(sum(abandoned_short), 0) AS bigint) AS abandoned_short,
  CAST(coalesce(sum(voicemails), 0) AS bigint) AS voicemails, CAST(coalesce(sum(callbacks), 0) AS bigint) AS callbacks,
  CAST(coalesce(sum(wait_ms), 0) AS bigint) AS wait_ms, CAST(coalesce(sum(talk_ms), 0) AS bigint) AS talk_ms,
  CAST(coalesce(sum(ratings), 0) AS bigint) AS ratings, CAST(coalesce(sum(rating_sum), 0) AS bigint) AS rating_sum
  FROM call_figures WHERE org_id = :org_id AND began_at >= day_ms(:day) AND began_at < day_ms(:day + 1)
