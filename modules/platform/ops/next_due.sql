-- op: outbox.next_due
-- When the next message is due; nothing when none waits.
-- via: engine
SELECT next_at FROM outbox WHERE status = 'queued' ORDER BY next_at LIMIT 1
