-- op: me.presence
-- Say whether one is there to be given work.
-- route: PUT /api/me/presence
-- role: any
-- in: presence (here|away|off)
-- out: one {id id, presence text}
UPDATE people SET presence = :presence WHERE id = :actor RETURNING id, presence
