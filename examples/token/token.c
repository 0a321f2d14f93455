/* token is a fungible token. Init: the supply, 16 bytes, which its creator then has. Payloads:
 *   't' to[32] amount[16]   moves tokens of the sender; reply: what the sender has left, 16 bytes
 *   'b' who[32]             reply: what who has, 16 bytes
 *   's'                     reply: the supply, 16 bytes
 * Holders are a hash table with open addressing; it grows into memory from alloc. An entry of 0 tokens stays. */
#include "../gear.h"

typedef struct { u8 who[32]; u128 amount; } holder_t;

#define FIRST 256
static holder_t first[FIRST];
static holder_t *table = first;
static u32 slots = FIRST, used;
static u128 supply;

static u32 spread(const u8 *who) {
	u32 h = 2166136261u;
	for (int i = 0; i < 32; i++) h = (h ^ who[i]) * 16777619u;
	return h;
}

static int taken(const holder_t *h) {
	static const u8 nobody[32];
	return !same(h->who, nobody, 32);
}

static holder_t *find(const u8 *who) {
	for (u32 i = spread(who) & (slots - 1);; i = (i + 1) & (slots - 1))
		if (!taken(&table[i]) || same(table[i].who, who, 32)) return &table[i];
}

static void grow(void) {
	holder_t *old = table;
	u32 had = slots, bytes = 2 * slots * sizeof(holder_t);
	u32 page = alloc((bytes + 65535) / 65536);
	if (page == 0xffffffff) FAIL("no memory for more holders");
	table = (holder_t *)(page * 65536);
	slots = 2 * had;
	for (u32 i = 0; i < had; i++)
		if (taken(&old[i])) *find(old[i].who) = old[i];
}

static holder_t *open(const u8 *who) {
	static const u8 nobody[32];
	if (same(who, nobody, 32)) FAIL("nobody can have nothing's tokens");
	holder_t *h = find(who);
	if (taken(h)) return h;
	if (++used > slots / 2) {
		grow();
		h = find(who);
	}
	memcpy(h->who, who, 32);
	return h;
}

ENTRY(init) void init(void) {
	u8 who[32];
	if (payload(&supply, 16) != 16) FAIL("want the supply, 16 bytes");
	gr_source(who);
	open(who)->amount = supply;
}

ENTRY(handle) void handle(void) {
	static const u128 none;
	u8 in[49], sender[32];
	u32 n = payload(in, sizeof in);
	if (n == 49 && in[0] == 't') {
		u128 amount, left;
		memcpy(&amount, in + 33, 16);
		gr_source(sender);
		open(in + 1); /* it may move the table */
		holder_t *from = open(sender);
		if (from->amount < amount) FAIL("not enough tokens");
		from->amount -= amount;
		find(in + 1)->amount += amount;
		left = from->amount;
		reply(&left, 16);
	} else if (n == 33 && in[0] == 'b') {
		holder_t *h = find(in + 1);
		reply(taken(h) ? &h->amount : &none, 16);
	} else if (n == 1 && in[0] == 's') {
		reply(&supply, 16);
	} else {
		FAIL("want t, b or s");
	}
}
