-- op: client.change
-- Change a client's row; what is missing stays.
-- via: engine
-- store: clients
-- in: id id | version int? | kind text? | field text? | tier text? | member bool? | lang text? | note blob?
UPDATE clients SET kind = coalesce(:kind, kind), field = coalesce(:field, field), tier = coalesce(:tier, tier),
  member = coalesce(:member, member), lang = coalesce(:lang, lang), note = coalesce(:note, note),
  updated_at = :now, version = version + 1
 WHERE id = :id AND erased_at IS NULL AND (:version IS NULL OR version = :version)
RETURNING version
