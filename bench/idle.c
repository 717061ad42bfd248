/* How late does this machine wake a thread that does nothing else? Beside it stands how late the server's ticks began.
 *
 *   bench-idle CORE SECONDS     one line of JSON: how many of the wake-ups, every 5 ms, were later than 1, 2, 5, 10, 20, 50 ms
 */
#include <stdio.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/time.h"
#include "bench/rtp_ends.h"

#define EVERY_US 5000

int main(int argc, char **argv)
{
	static const int64_t limit_us[] = {1000, 2000, 5000, 10000, 20000, 50000};
	uint64_t later[ARRAY_SIZE(limit_us)] = {0}, expired, wakes = 0;
	struct itimerspec every = {.it_interval = {.tv_nsec = EVERY_US * 1000L}, .it_value = {.tv_nsec = EVERY_US * 1000L}};
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	int64_t began, max = 0, due = 0, end;

	bench_check(argc == 3, "usage: bench-idle CORE SECONDS");
	bench_bind_to((int)strtol(argv[1], NULL, 10));
	end = strtol(argv[2], NULL, 10) * 1000000;
	began = time_monotonic_us();
	bench_check(timer >= 0 && timerfd_settime(timer, 0, &every, NULL) == 0, "timer");
	while (due < end && read(timer, &expired, sizeof(expired)) == sizeof(expired)) {
		int64_t now = time_monotonic_us() - began;

		/* each expiry counts, as each tick does that is made up for */
		for (; expired > 0; expired--, wakes++) {
			int64_t late = now - (due += EVERY_US);

			for (size_t i = 0; i < ARRAY_SIZE(limit_us); i++)
				later[i] += late > limit_us[i];
			max = late > max ? late : max;
		}
	}
	printf("{\"wakes\":%llu,\"max_ms\":%.1f,\"later\":{", (unsigned long long)wakes, (double)max / 1000);
	for (size_t i = 0; i < ARRAY_SIZE(limit_us); i++)
		printf("%s\"%d\":%llu", i ? "," : "", (int)(limit_us[i] / 1000), (unsigned long long)later[i]);
	puts("}}");
	return 0;
}
