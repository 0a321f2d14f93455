/* echo answers with what it was told, and gives back the wVARA that came with it. */
#include "../gear.h"

ENTRY(init) void init(void) {}

ENTRY(handle) void handle(void) {
	u8 value[16];
	u32 n;
	sent_t s;
	gr_size(&n);
	gr_value(value);
	gr_reply_input(0, n, value, &s);
	if (s.error) FAIL("reply refused");
}
