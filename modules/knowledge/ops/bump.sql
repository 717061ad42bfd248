-- op: statute.bump
-- The statutes changed: every node builds its index anew.
-- via: engine
-- out: none
INSERT INTO knowledge_state (name, generation) VALUES ('statutes', 1)
ON CONFLICT (name) DO UPDATE SET generation = knowledge_state.generation + 1;
