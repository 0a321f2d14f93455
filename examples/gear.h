/* Gear's calls, as far as the examples need them. Pointers are 32 bits, data is little endian; errors are written to where
 * the last argument points, 0 for none. NO_VALUE in the place of a value is 0 wVARA. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned __int128 u128;

#define CALL(name) __attribute__((import_module("env"), import_name(#name))) extern
#define ENTRY(name) __attribute__((export_name(#name)))
#define NO_VALUE ((const u8 *)0xffffffff)

/* Where a message id was asked for: an error, then the id. */
typedef struct { u32 error; u8 id[32]; } sent_t;
/* To whom, and with how much. */
typedef struct __attribute__((packed)) { u8 to[32]; u8 value[16]; } target_t;

CALL(gr_size) void gr_size(u32 *length);
CALL(gr_read) void gr_read(u32 at, u32 length, void *into, u32 *error);
CALL(gr_reply) void gr_reply(const void *payload, u32 length, const u8 *value, sent_t *sent);
CALL(gr_reply_input) void gr_reply_input(u32 at, u32 length, const u8 *value, sent_t *sent);
CALL(gr_send) void gr_send(const target_t *target, const void *payload, u32 length, u32 delay, sent_t *sent);
CALL(gr_source) void gr_source(u8 *id);
CALL(gr_message_id) void gr_message_id(u8 *id);
CALL(gr_value) void gr_value(u8 *value);
CALL(gr_reply_to) void gr_reply_to(sent_t *message);
CALL(gr_block_height) void gr_block_height(u32 *height);
CALL(gr_wait_up_to) __attribute__((noreturn)) void gr_wait_up_to(u32 blocks);
CALL(gr_wake) void gr_wake(const u8 *id, u32 delay, u32 *error);
CALL(gr_panic) __attribute__((noreturn)) void gr_panic(const void *text, u32 length);
CALL(alloc) u32 alloc(u32 pages);

#define FAIL(text) gr_panic(text, sizeof(text) - 1)

/* The compiler makes calls of these. */
void *memcpy(void *to, const void *from, unsigned long n) {
	u8 *t = to; const u8 *f = from;
	while (n--) *t++ = *f++;
	return to;
}
void *memset(void *to, int c, unsigned long n) {
	u8 *t = to;
	while (n--) *t++ = (u8)c;
	return to;
}
static inline int same(const u8 *a, const u8 *b, u32 n) {
	u8 d = 0;
	while (n--) d |= *a++ ^ *b++;
	return d == 0;
}
static inline void reply(const void *payload, u32 length) {
	sent_t s;
	gr_reply(payload, length, NO_VALUE, &s);
	if (s.error) FAIL("reply refused");
}
/* Reads the whole payload, of at most so many bytes. */
static inline u32 payload(void *into, u32 most) {
	u32 n, e;
	gr_size(&n);
	if (n > most) FAIL("payload too long");
	gr_read(0, n, into, &e);
	if (e) FAIL("payload not read");
	return n;
}
