-- op: calls.unended
-- Calls that the program did not live to end, with the last instant anything is known of.
-- via: engine
-- in: hotline text | before time
SELECT c.id, c.direction, c.caller, c.called, c.queue, c.lang, c.trunk, c.browser, c.client_id, c.case_id, c.operator_id, c.callback_of,
  c.began_at, c.queued_at, c.rang_at, c.answered_at, c.hold_ms, c.outcome, c.rating, c.refused, c.transfers,
  greatest2(greatest2(c.began_at, coalesce((SELECT max(e.at) FROM call_events e WHERE e.call_id = c.id), 0)),
    coalesce((SELECT max(g.began_at + g.length_ms) FROM call_recordings g WHERE g.call_id = c.id), 0)) AS last_at
  FROM calls c WHERE c.hotline = :hotline AND c.ended_at IS NULL AND c.began_at < :before ORDER BY c.id
