-- store: cases
-- A line may be served by people of organisations below the one it belongs to: whose line is it for them? Their own organisation's, and of those above.
CREATE VIEW actor_lines AS
SELECT p.id AS actor_id, t.ancestor_id AS org_id FROM people p JOIN org_tree t ON t.org_id = p.org_id;
