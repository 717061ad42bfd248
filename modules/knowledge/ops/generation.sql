-- op: statute.generation
-- Which state of the statutes is in the store.
-- via: engine
-- out: one {generation int}
SELECT generation FROM knowledge_state WHERE name = 'statutes';
