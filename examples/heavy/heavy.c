/* heavy computes: SHA-256, so many times over. Payload: how often, 4 bytes, then at most 55 bytes to begin with.
 * Reply: the hash, 32 bytes. */
#include "../gear.h"

#define R(x, n) (((x) >> (n)) | ((x) << (32 - (n))))

static const u32 K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
	0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
	0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
	0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
	0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static void compress(u32 *h, const u8 *block) {
	u32 w[64], s[8];
	for (int i = 0; i < 16; i++) w[i] = block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + (R(w[i - 15], 7) ^ R(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] + (R(w[i - 2], 17) ^ R(w[i - 2], 19) ^ w[i - 2] >> 10);
	for (int i = 0; i < 8; i++) s[i] = h[i];
	for (int i = 0; i < 64; i++) {
		u32 a = s[7] + (R(s[4], 6) ^ R(s[4], 11) ^ R(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
		u32 b = (R(s[0], 2) ^ R(s[0], 13) ^ R(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		for (int j = 7; j > 0; j--) s[j] = s[j - 1];
		s[4] += a;
		s[0] = a + b;
	}
	for (int i = 0; i < 8; i++) h[i] += s[i];
}

/* A message of at most 55 bytes fits one block. */
static void sha256(u8 *out, const u8 *text, u32 n) {
	u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	u8 block[64] = {0};
	memcpy(block, text, n);
	block[n] = 0x80;
	block[62] = (u8)(n >> 5);
	block[63] = (u8)(n << 3);
	compress(h, block);
	for (int i = 0; i < 32; i++) out[i] = (u8)(h[i / 4] >> (24 - 8 * (i % 4)));
}

ENTRY(init) void init(void) {}

ENTRY(handle) void handle(void) {
	u8 in[4 + 55], hash[32];
	u32 times, n = payload(in, sizeof in);
	if (n < 4) FAIL("want how often, 4 bytes, and what to hash");
	memcpy(&times, in, 4);
	if (times == 0) FAIL("want one time at least");
	sha256(hash, in + 4, n - 4);
	while (--times) sha256(hash, hash, 32);
	reply(hash, 32);
}
