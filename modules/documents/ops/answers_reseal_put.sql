-- op: document.answers_reseal_put
-- Replace a document's sealed answers, unless somebody changed them meanwhile.
-- via: engine
-- in: id id | old blob | sealed blob
UPDATE documents SET answers = :sealed WHERE id = :id AND answers = :old
