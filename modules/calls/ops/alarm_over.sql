-- op: calls.alarm_over
-- What an alarm told of is over.
-- via: engine
-- in: org_id id | kind text | subject text | at time
UPDATE line_alarms SET over_at = :at WHERE org_id = :org_id AND kind = :kind AND subject = :subject AND over_at IS NULL
