#include <fcntl.h>
#include <unistd.h>

#include "check.h"

#include "base/json.h"
#include "base/log.h"

static char path[] = "/tmp/lexline-log-XXXXXX";
static int kept;

/* stderr goes into a file until captured() reads it back. */
static void capture(void)
{
	int fd;

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	kept = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

static json_t *captured(void)
{
	char text[4096];
	json_t *j = NULL;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	dup2(kept, STDERR_FILENO);
	close(kept);
	n = read(fd, text, sizeof(text));
	close(fd);
	unlink(path);
	if (n <= 0)
		return NULL;
	assert_int_equal(text[n - 1], '\n');
	assert_int_equal(json_parse((struct str){text, (size_t)n}, &j, NULL), 0);
	return j;
}

static void a_line_is_a_json_object(void **state)
{
	json_t *j;

	capture();
	log_event(LOG_WARN, "http.request", "path", "/api/\"x\"\n", "none", NULL, "end", "yes", NULL);
	j = captured();
	assert_str(json_get_str(j, "event"), "http.request");
	assert_str(json_get_str(j, "level"), "warn");
	assert_str(json_get_str(j, "path"), "/api/\"x\"\n");
	assert_str(json_get_str(j, "end"), "yes");
	assert_int_equal(json_get_str(j, "at").len >= 20, 1);
	json_decref(j);
}

static void levels_are_kept(void **state)
{
	capture();
	log_msg(LOG_DEBUG, "quiet", "not %s", "shown");
	assert_null(captured());
	log_set_level(LOG_ERROR);
	capture();
	log_msg(LOG_WARN, "quiet", "not shown");
	assert_null(captured());
	log_set_level(LOG_INFO);
}

static void a_fault_is_logged_with_its_code(void **state)
{
	struct fault f = {0};
	json_t *j;

	assert_int_equal(fail(&f, E_DISK_FULL, NULL, "no room on %s", "/var"), -E_DISK_FULL);
	capture();
	log_fault(LOG_ERROR, "job.failed", &f);
	j = captured();
	assert_str(json_get_str(j, "code"), "disk_full");
	assert_str(json_get_str(j, "detail"), "no room on /var");
	assert_null(json_object_get(j, "field"));
	json_decref(j);
}

RUN(cmocka_unit_test(a_line_is_a_json_object), cmocka_unit_test(levels_are_kept),
    cmocka_unit_test(a_fault_is_logged_with_its_code))
