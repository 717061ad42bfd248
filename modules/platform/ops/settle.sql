-- op: outbox.settle
-- What became of an attempt: sent, failed for good, or to be tried again at next_at. A sent message forgets its address.
-- via: engine
-- in: id id | status text | next_at time | sent_at time? | error text?
UPDATE outbox SET status = :status, next_at = :next_at, sent_at = :sent_at, error = :error,
  address = CASE WHEN :status = 'queued' THEN address ELSE NULL END
 WHERE id = :id
