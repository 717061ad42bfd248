/* libre's timers, on a clock that never steps.
 *
 * The library counts milliseconds of the wall clock (gettimeofday): set back by an hour, every timer stands still for
 * an hour. A symbol of the executable goes before the library's own, so this one is used by all its timers.
 */
#include "base/time.h"
#include "voice/libre.h"

uint64_t tmr_jiffies(void)
{
	return (uint64_t)time_monotonic_us() / 1000;
}
