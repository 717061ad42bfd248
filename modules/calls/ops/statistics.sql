-- op: calls.statistics
-- Incoming calls by day or month, and by hotline, queue or operator when asked: offered, answered, abandoned, in time, both service levels, averages, survey (V14).
-- Of one's own line and of one's people's calls; for those who serve a line, also what nobody took.
-- route: GET /api/calls/statistics
-- role: supervisor, director, auditor, admin
-- in: from date | to date | by (day|month) = day | group (none|hotline|queue|operator) = none | hotline text? (1..40) | queue text? (1..40) | operator_id id?
-- out: many {period text, hotline text?, queue text?, operator_id id?, operator_name text?, offered int, answered int, abandoned int, abandoned_short int, within int,
--    level_answered real?, level_offered real?, connected real?, average_wait_ms int?, average_talk_ms int?, average_wrap_ms int?, voicemails int, callbacks int,
--    ratings int, rating real?}
SELECT s.period, s.hotline, s.queue, s.operator_id, p.display_name AS operator_name, s.offered, s.answered, s.abandoned, s.abandoned_short, s.within,
  CAST(s.within AS double precision) / nullif(s.answered, 0) AS level_answered,
  CAST(s.within AS double precision) / nullif(s.answered + s.abandoned, 0) AS level_offered,
  CAST(s.answered AS double precision) / nullif(s.answered + s.abandoned - s.abandoned_short, 0) AS connected,
  s.wait_ms / nullif(s.answered, 0) AS average_wait_ms, s.talk_ms / nullif(s.answered, 0) AS average_talk_ms, s.wrap_ms / nullif(s.answered, 0) AS average_wrap_ms,
  s.voicemails, s.callbacks, s.ratings, CAST(s.rating_sum AS double precision) / nullif(s.ratings, 0) AS rating
  FROM (
   SELECT f.period, f.hotline, f.queue, f.operator_id,
     CAST(sum(f.offered) AS bigint) AS offered, CAST(sum(f.answered) AS bigint) AS answered, CAST(sum(f.abandoned) AS bigint) AS abandoned,
     CAST(sum(f.abandoned_short) AS bigint) AS abandoned_short, CAST(sum(f.within) AS bigint) AS within, CAST(sum(f.wait_ms) AS bigint) AS wait_ms,
     CAST(sum(f.talk_ms) AS bigint) AS talk_ms, CAST(sum(f.wrap_ms) AS bigint) AS wrap_ms, CAST(sum(f.voicemails) AS bigint) AS voicemails,
     CAST(sum(f.callbacks) AS bigint) AS callbacks, CAST(sum(f.ratings) AS bigint) AS ratings, CAST(sum(f.rating_sum) AS bigint) AS rating_sum
     FROM (
      SELECT CASE WHEN :by = 'month' THEN substr(local_date_text(g.began_at), 1, 7) ELSE local_date_text(g.began_at) END AS period,
        CASE WHEN :group = 'hotline' OR :group = 'queue' THEN g.hotline END AS hotline, CASE WHEN :group = 'queue' THEN g.queue END AS queue,
        CASE WHEN :group = 'operator' THEN g.operator_id END AS operator_id,
        g.offered, g.answered, g.abandoned, g.abandoned_short, g.within, g.wait_ms, g.talk_ms, g.wrap_ms, g.voicemails, g.callbacks, g.ratings, g.rating_sum
        FROM call_figures g
       WHERE (g.org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
           OR (g.operator_id IS NULL AND g.org_id IN (SELECT org_id FROM actor_lines WHERE actor_id = :actor))
           OR EXISTS (SELECT 1 FROM people o JOIN actor_orgs a ON a.org_id = o.org_id WHERE o.id = g.operator_id AND a.actor_id = :actor))
         AND g.began_at >= day_ms(:from) AND g.began_at < day_ms(:to + 1)
         AND (:hotline IS NULL OR g.hotline = :hotline) AND (:queue IS NULL OR g.queue = :queue) AND (:operator_id IS NULL OR g.operator_id = :operator_id)
     ) f GROUP BY f.period, f.hotline, f.queue, f.operator_id
  ) s LEFT JOIN people p ON p.id = s.operator_id
 ORDER BY s.period, s.hotline, s.queue, p.display_name, s.operator_id LIMIT 5000
