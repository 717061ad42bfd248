-- op: case.citations_of
-- Articles cited in a case.
-- via: engine
-- in: case_id id
SELECT id, article_id, law, article, text, cited_by, cited_at FROM case_citations WHERE case_id = :case_id ORDER BY id
