-- op: test.numbers
-- How many different numbers there are, and the last of all series.
-- via: engine
SELECT count(DISTINCT number) AS n, count(*) AS cases, (SELECT max(last) FROM number_series) AS last FROM cases
