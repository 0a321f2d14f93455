/* counter counts. Payload: one byte, '+', '-' or '=' (only asks). Reply: the count, 8 bytes. */
#include "../gear.h"

static u64 count;

ENTRY(init) void init(void) {}

ENTRY(handle) void handle(void) {
	u8 op = 0;
	if (payload(&op, 1) != 1) FAIL("want one byte: + - or =");
	if (op == '+') {
		count++;
	} else if (op == '-') {
		if (count == 0) FAIL("the count is 0");
		count--;
	} else if (op != '=') {
		FAIL("want one byte: + - or =");
	}
	reply(&count, sizeof count);
}
