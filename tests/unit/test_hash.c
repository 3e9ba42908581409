/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

/* The differences between the numbers of hash_bytes64() that are no secret. */
static const uint64_t known[] = { 0, 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f };

/*
 * Of a product the factors can be exchanged: where both hide a word behind the same secret, who
 * does not know it finds two keys that meet in one place.
 */
static void exchanged_words_differ(void **state)
{
	const uint64_t first[] = { 0x20010db800000000, 1, 0, 0 };
	const size_t lengths[] = { 16, 24, 32, 36 };
	uint8_t key[36] = { 0 }, other[36] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
		for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++)
			for (uint64_t s = 1; s < 100; s++) {
				uint64_t seed = s * 0xd1342543de82ef95; /* as random ones are */
				uint64_t n = lengths[i];
				uint64_t exchanged[] = { first[1] ^ known[k] ^ n,
							 first[0] ^ known[k] ^ n, 0, 0 };

				memcpy(key, first, sizeof(first));
				memcpy(other, exchanged, sizeof(exchanged));
				assert_true(hash_bytes64(key, n, seed) !=
					    hash_bytes64(other, n, seed));
			}
}

/* Each byte, the last ones too, counts, and so does the seed. */
static void every_byte_counts(void **state)
{
	uint8_t key[40] = { 0 };

	(void)state;
	for (size_t n = 1; n <= sizeof(key); n++)
		for (size_t i = 0; i < n; i++) {
			uint64_t before = hash_bytes64(key, n, 42);

			assert_true(before != hash_bytes64(key, n, 43));
			key[i] ^= 1;
			assert_true(before != hash_bytes64(key, n, 42));
			key[i] ^= 1;
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchanged_words_differ),
		cmocka_unit_test(every_byte_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
