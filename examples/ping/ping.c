/* ping asks another program and answers with its answer: it sends, waits, is woken by the reply, and runs again from the
 * start. Payload: program[32], then what to ask it. Reply: what it answered, or "timeout" after 20 blocks. */
#include "../gear.h"

#define MOST 1024
#define ASKING 16
#define BLOCKS 20

/* One question on its way: by which message, and what came back. */
typedef struct { u8 message[32], asked[32], answer[MOST]; u32 length, state, until; } question_t;
enum { FREE, SENT, ANSWERED };
static question_t questions[ASKING];

ENTRY(init) void init(void) {}

ENTRY(handle) void handle(void) {
	u8 id[32], in[32 + MOST];
	target_t target = {{0}, {0}};
	question_t *q = 0, *free = 0;
	sent_t s;
	u32 height;
	gr_message_id(id);
	gr_block_height(&height);
	for (u32 i = 0; i < ASKING; i++) {
		if (questions[i].state != FREE && same(questions[i].message, id, 32)) q = &questions[i];
		if (questions[i].state == FREE) free = &questions[i];
	}
	if (!q) {
		if (!free) FAIL("too many questions at once");
		u32 n = payload(in, sizeof in);
		if (n < 32) FAIL("want a program's id, and what to ask");
		memcpy(target.to, in, 32);
		gr_send(&target, in + 32, n - 32, 0, &s);
		if (s.error) FAIL("not sent");
		memcpy(free->message, id, 32);
		memcpy(free->asked, s.id, 32);
		free->state = SENT;
		free->until = height + BLOCKS;
		gr_wait_up_to(BLOCKS);
	}
	if (q->state == ANSWERED) {
		reply(q->answer, q->length);
	} else if (height >= q->until) {
		reply("timeout", 7);
	} else {
		gr_wait_up_to(q->until - height);
	}
	memset(q, 0, sizeof *q);
}

ENTRY(handle_reply) void handle_reply(void) {
	sent_t to;
	u32 e;
	gr_reply_to(&to);
	if (to.error) return;
	for (u32 i = 0; i < ASKING; i++) {
		question_t *q = &questions[i];
		if (q->state != SENT || !same(q->asked, to.id, 32)) continue;
		q->length = payload(q->answer, MOST);
		q->state = ANSWERED;
		gr_wake(q->message, 0, &e);
		return;
	}
}
