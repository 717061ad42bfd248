-- op: case.citation_add
-- An article as it stood when it was cited.
-- via: engine
-- in: id id | case_id id | article_id id | law text | article text | text text (0..100000)
INSERT INTO case_citations (id, case_id, article_id, law, article, text, cited_by, cited_at)
VALUES (:id, :case_id, :article_id, :law, :article, :text, :actor, :now)
