/* Logistic regression within questions. */
#include "test.h"

#include "knowledge/linear.h"

#define QUESTIONS 40
#define EACH 10

struct lesson {
	float rows[QUESTIONS * EACH][2];
	uint8_t relevant[QUESTIONS * EACH];
	uint32_t groups[QUESTIONS + 1];
	struct training t;
};

/* Of each question's ten candidates the one with the largest first feature is apt; the second feature says nothing, and every question has
 * a level of its own. */
static void make(struct lesson *l, float level)
{
	for (uint32_t q = 0; q < QUESTIONS; q++) {
		l->groups[q] = q * EACH;
		for (uint32_t i = 0; i < EACH; i++) {
			uint32_t r = q * EACH + i;

			l->rows[r][0] = level * (float)q + (float)((i * 7 + q) % EACH);
			l->rows[r][1] = (float)((r * 2654435761u >> 20) % 100);
			l->relevant[r] = (i * 7 + q) % EACH == EACH - 1;
		}
	}
	l->groups[QUESTIONS] = QUESTIONS * EACH;
	l->t = (struct training){2, QUESTIONS * EACH, l->rows[0], l->relevant, l->groups, QUESTIONS};
}

static void what_tells_apt_from_not_is_found(void **state)
{
	struct linear model;
	struct lesson l;
	float scores[EACH];

	make(&l, 0);
	linear_learn(&l.t, &model);
	assert_true(model.weights[0] > 5 * (model.weights[1] < 0 ? -model.weights[1] : model.weights[1]));
	for (uint32_t q = 0; q < QUESTIONS; q++) {
		size_t best = 0, apt = 0;

		linear_score_all(&model, l.rows[q * EACH], 2, EACH, scores);
		for (size_t i = 0; i < EACH; i++) {
			best = scores[i] > scores[best] ? i : best;
			apt = l.relevant[q * EACH + i] ? i : apt;
		}
		assert_int_equal(best, apt);
	}
}

static void the_level_of_a_question_does_not_count(void **state)
{
	struct linear plain, shifted;
	struct lesson l;

	make(&l, 0);
	linear_learn(&l.t, &plain);
	make(&l, 1000);
	linear_learn(&l.t, &shifted);
	assert_float_equal(plain.weights[0], shifted.weights[0], 1e-3);
	assert_float_equal(plain.bias, shifted.bias, 1e-3);
}

static void nothing_to_learn_from_is_no_mistake(void **state)
{
	struct linear model;
	uint32_t groups[] = {0};

	linear_learn(&(struct training){.n_features = 2, .groups = groups}, &model);
	assert_true(model.weights[0] == 0 && model.weights[1] == 0);
}

static void alike_candidates_get_the_bias(void **state)
{
	struct linear model = {.weights = {3, -2}, .bias = 0.5f};
	float rows[3][2] = {{7, 1}, {7, 1}, {7, 1}}, scores[3];

	linear_score_all(&model, rows[0], 2, 3, scores);
	for (size_t i = 0; i < 3; i++)
		assert_true(scores[i] == 0.5f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_tells_apt_from_not_is_found),
		cmocka_unit_test(the_level_of_a_question_does_not_count),
		cmocka_unit_test(nothing_to_learn_from_is_no_mistake),
		cmocka_unit_test(alike_candidates_get_the_bias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
