-- op: training.categories
-- Categories of the question bank, with how many questions are ready in each.
-- route: GET /api/training/categories
-- role: lawyer, legal_team, partner, editor, supervisor, director
-- out: many {category text, ready int, total int}
SELECT category, CAST(sum(CASE WHEN state = 'ready' THEN 1 ELSE 0 END) AS bigint) AS ready, count(*) AS total
  FROM training_questions
 WHERE org_id IN (SELECT org_id FROM actor_orgs WHERE actor_id = :actor)
    OR org_id IN (SELECT ancestor_id FROM org_tree WHERE org_id = :actor_org)
 GROUP BY category ORDER BY category
