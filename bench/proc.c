#include "bench/proc.h"

#include <stdio.h>
#include <unistd.h>

static bool read_proc(pid_t pid, const char *file, char *ret, size_t size)
{
	char path[64];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	if (pid <= 0 || !(f = fopen(path, "r")))
		return false;
	n = fread(ret, 1, size - 1, f);
	fclose(f);
	ret[n] = 0;
	return n > 0;
}

int64_t proc_cpu_us(pid_t pid)
{
	unsigned long user, system;
	char text[1024], *p;

	if (!read_proc(pid, "stat", text, sizeof(text)) || !(p = strrchr(text, ')')))
		return 0;
	/* proc(5): state is field 3, utime and stime are 14 and 15, in clock ticks */
	if (sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) !=
	    2)
		return 0;
	return (int64_t)(user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

int64_t proc_resident_kb(pid_t pid)
{
	char text[4096], *p;
	long kb;

	if (!read_proc(pid, "status", text, sizeof(text)) || !(p = strstr(text, "VmRSS:")) ||
	    sscanf(p, "VmRSS: %ld", &kb) != 1)
		return 0;
	return kb;
}
