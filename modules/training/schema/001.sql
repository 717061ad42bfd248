-- store: cases
-- The question bank (K05). `options`: JSON [{"key": "A", "text": "…"}], for single and multiple choice. `answer`: letters
-- ("B", "ACD"), "T" or "F" for judgement, the points looked for in a case.
CREATE TABLE training_questions (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('single', 'multiple', 'judgement', 'case')),
  category text NOT NULL,
  difficulty bigint NOT NULL CHECK (difficulty BETWEEN 1 AND 3),
  stem text NOT NULL,
  options text NOT NULL,
  answer text NOT NULL,
  explanation text,
  source text,
  state text NOT NULL CHECK (state IN ('draft', 'ready', 'retired')),
  created_by bigint NOT NULL,
  created_at bigint NOT NULL,
  reviewed_by bigint,
  reviewed_at bigint,
  version bigint NOT NULL
);
CREATE INDEX training_questions_org ON training_questions (org_id, id);
CREATE INDEX training_questions_draw ON training_questions (org_id, kind, category) WHERE state = 'ready';

-- An examination: how a paper is drawn, how long it takes, when and for whom it is open.
CREATE TABLE exams (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  name text NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('pre_job', 'regular', 'practice')),
  minutes bigint NOT NULL,
  pass_points bigint NOT NULL,
  attempts bigint NOT NULL,
  role text,
  opens_at bigint,
  closes_at bigint,
  state text NOT NULL CHECK (state IN ('draft', 'open', 'closed')),
  created_by bigint NOT NULL,
  created_at bigint NOT NULL
);
CREATE INDEX exams_org ON exams (org_id, id);

-- So many questions of a kind; '' and 0: of any category, any difficulty.
CREATE TABLE exam_rules (
  id bigint NOT NULL PRIMARY KEY,
  exam_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('single', 'multiple', 'judgement', 'case')),
  category text NOT NULL,
  difficulty bigint NOT NULL,
  questions bigint NOT NULL,
  points bigint NOT NULL,
  UNIQUE (exam_id, kind, category, difficulty)
);

-- Which questions a rule may draw. A question that several rules of an exam fit belongs to the narrowest, so that none is
-- asked twice and none is missing because another rule took it.
CREATE VIEW exam_pool AS
SELECT r.exam_id, r.id AS rule_id, q.id AS question_id
  FROM exam_rules r JOIN exams e ON e.id = r.exam_id
  JOIN org_tree t ON t.org_id = e.org_id
  JOIN training_questions q ON q.org_id = t.ancestor_id AND q.kind = r.kind AND q.state = 'ready'
   AND (r.category = '' OR r.category = q.category) AND (r.difficulty = 0 OR r.difficulty = q.difficulty)
 WHERE NOT EXISTS (SELECT 1 FROM exam_rules s
   WHERE s.exam_id = r.exam_id AND s.kind = r.kind
     AND (s.category = '' OR s.category = q.category) AND (s.difficulty = 0 OR s.difficulty = q.difficulty)
     AND CASE WHEN s.category = '' THEN 0 ELSE 2 END + CASE WHEN s.difficulty = 0 THEN 0 ELSE 1 END
       > CASE WHEN r.category = '' THEN 0 ELSE 2 END + CASE WHEN r.difficulty = 0 THEN 0 ELSE 1 END);

-- One person's paper. The questions are copied: what was asked stays what it was.
CREATE TABLE exam_sittings (
  id bigint NOT NULL PRIMARY KEY,
  exam_id bigint NOT NULL,
  org_id bigint NOT NULL,
  person_id bigint NOT NULL,
  attempt bigint NOT NULL,
  started_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  submitted_at bigint,
  state text NOT NULL CHECK (state IN ('running', 'marking', 'marked')),
  points bigint,
  passed bigint,
  UNIQUE (exam_id, person_id, attempt)
);
CREATE INDEX exam_sittings_person ON exam_sittings (person_id, id);
CREATE UNIQUE INDEX exam_sittings_running ON exam_sittings (exam_id, person_id) WHERE state = 'running';
CREATE TABLE exam_answers (
  id bigint NOT NULL PRIMARY KEY,
  sitting_id bigint NOT NULL,
  place bigint NOT NULL,
  question_id bigint NOT NULL,
  kind text NOT NULL,
  stem text NOT NULL,
  options text NOT NULL,
  answer text NOT NULL,
  explanation text,
  points bigint NOT NULL,
  given text,
  given_at bigint,
  got bigint,
  remark text,
  marked_by bigint,
  marked_at bigint,
  UNIQUE (sitting_id, question_id)
);
CREATE INDEX exam_answers_sitting ON exam_answers (sitting_id, place);

-- Texts to type, and how fast somebody did (S04: at least 60 characters a minute). Organisation 0: there for everybody.
CREATE TABLE typing_texts (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  body text NOT NULL
);
CREATE TABLE typing_tests (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  person_id bigint NOT NULL,
  text_id bigint NOT NULL,
  started_at bigint NOT NULL,
  finished_at bigint,
  typed bigint,
  correct bigint,
  per_minute bigint,
  passed bigint
);
CREATE INDEX typing_tests_person ON typing_tests (person_id, id);
INSERT INTO typing_texts (id, org_id, body) VALUES
  (1, 0, '您好，这里是法律服务热线，请问有什么可以帮助您？请您先说一下事情的经过：什么时间、在什么地方、和谁发生了什么纠纷，手里有哪些合同、借条、转账记录或者聊天记录。您别着急，慢慢说，我会把要点记录下来。如果问题比较复杂，我们会请专业律师研究，并在两个工作日内给您答复，请您留下姓名和联系电话。'),
  (2, 0, '自然人之间的借款合同，自贷款人提供借款时成立。借款合同对支付利息没有约定的，视为没有利息。借款人应当按照约定的期限返还借款；对借款期限没有约定或者约定不明确，依据法律规定仍不能确定的，借款人可以随时返还，贷款人可以催告借款人在合理期限内返还。借款人未按照约定的期限返还借款的，应当按照约定或者国家有关规定支付逾期利息。'),
  (3, 0, '用人单位自用工之日起即与劳动者建立劳动关系。建立劳动关系，应当订立书面劳动合同。已建立劳动关系，未同时订立书面劳动合同的，应当自用工之日起一个月内订立书面劳动合同。用人单位应当按照劳动合同约定和国家规定，向劳动者及时足额支付劳动报酬。劳动者对危害生命安全和身体健康的劳动条件，有权对用人单位提出批评、检举和控告。');
