-- op: outbox.count
-- How many messages have a status; `tried` are those that wait for another attempt.
-- via: engine
-- in: status text
SELECT count(*) FROM outbox
 WHERE status = :status OR (:status = 'tried' AND status = 'queued' AND error IS NOT NULL)
