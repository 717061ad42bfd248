-- op: calls.put
-- How a call stands now; the newest word wins.
-- via: engine
-- in: id id | org_id id | direction text | hotline text | queue text? | lang text | trunk text? | browser bool | caller blob? | caller_hint text? | caller_blind blob? |
--   called text | client_id id? | case_id id? | operator_id id? | callback_of id? | began_at time | queued_at time? | rang_at time? | answered_at time? |
--   ended_at time? | hold_ms int | outcome text | end_reason text? | rating int? | refused int | transfers int | level_s int | short_s int
INSERT INTO calls (id, org_id, direction, hotline, queue, lang, trunk, browser, caller, caller_hint, caller_blind, called, client_id, case_id, operator_id,
  callback_of, began_at, queued_at, rang_at, answered_at, ended_at, hold_ms, outcome, end_reason, rating, refused, transfers, level_s, short_s)
VALUES (:id, :org_id, :direction, :hotline, :queue, :lang, :trunk, :browser, :caller, :caller_hint, :caller_blind, :called, :client_id, :case_id, :operator_id,
  :callback_of, :began_at, :queued_at, :rang_at, :answered_at, :ended_at, :hold_ms, :outcome, :end_reason, :rating, :refused, :transfers, :level_s, :short_s)
ON CONFLICT (id) DO UPDATE SET queue = excluded.queue, lang = excluded.lang, client_id = coalesce(excluded.client_id, calls.client_id),
  case_id = coalesce(calls.case_id, excluded.case_id), operator_id = excluded.operator_id, queued_at = excluded.queued_at,
  rang_at = excluded.rang_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at, hold_ms = excluded.hold_ms,
  outcome = excluded.outcome, end_reason = excluded.end_reason, rating = excluded.rating, refused = excluded.refused,
  transfers = excluded.transfers, level_s = excluded.level_s, short_s = excluded.short_s
