/* SPDX-License-Identifier: BSD-2-Clause */
/* links: base/memo.c out/json_shape.c */
/* links: out/json.c out/json_hello.c out/json_tls.c out/json_write.c out/json_certificate.c */
/* links: out/facts.c out/findings.c out/community_id.c track/names.c base/addr.c */
/* links: base/text.c base/text_escape.c base/digest.c tls/fingerprint.c tls/names.c */
/* links: tls/names_alert.c tls/names_cipher.c tls/names_group.c tls/names_handshake.c */
/* links: tls/names_signature.c tls/names_extension.c */
/* libs: -lcrypto */
/*
 * A record from memory is the record that is worked out anew (which jq judges in test_out_json.c),
 * whatever hellos there were before: each differs from the last in one thing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "out/json.h"
#include "test_out_sample.h"

#define RECORD_MAX (1 << 20)

struct rig {
	struct record_context with, without;
	struct text recalled, anew;
	size_t records;
};

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->with = (struct record_context){ .digester = digester_new(), .memo = memo_new(7) };
	assert_non_null(rig->with.digester);
	assert_non_null(rig->with.memo);
	text_init(&rig->recalled, RECORD_MAX);
	text_init(&rig->anew, RECORD_MAX);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	text_free(&rig->recalled);
	text_free(&rig->anew);
	digester_free(rig->with.digester);
	memo_free(rig->with.memo);
	free(rig);
	return 0;
}

/* Twice: the first record may be what fills the memory. */
static void check(struct rig *rig, const struct handshake *hs)
{
	text_reset(&rig->anew);
	json_record(&rig->anew, hs, &rig->without);
	assert_false(rig->anew.cut);
	for (int i = 0; i < 2; i++) {
		text_reset(&rig->recalled);
		json_record(&rig->recalled, hs, &rig->with);
		assert_string_equal(rig->recalled.p, rig->anew.p);
	}
	rig->records++;
}

/* A list absent, empty, shorter, and with each of its bits turned. */
static void change_run(struct rig *rig, struct sample *s, struct bytes *run)
{
	const struct bytes before = *run;
	uint8_t copy[64];

	assert_in_range(before.n, 0, sizeof(copy));
	*run = (struct bytes){ NULL, 0 };
	check(rig, &s->hs);
	*run = (struct bytes){ copy, 0 };
	check(rig, &s->hs);
	if (before.n >= 2) {
		*run = (struct bytes){ before.p, before.n - 2 };
		check(rig, &s->hs);
	}
	for (size_t bit = 0; bit < 8 * before.n; bit++) {
		memcpy(copy, before.p, before.n);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		*run = (struct bytes){ copy, before.n };
		check(rig, &s->hs);
	}
	*run = before;
	check(rig, &s->hs);
}

static void client_hellos(void **state)
{
	struct rig *rig = *state;
	struct sample s;

	sample_success(&s);
	s.hello.point_formats = BYTES("\x00\x01\x02");
	check(rig, &s.hs);
	change_run(rig, &s, &s.hello.cipher_suites);
	change_run(rig, &s, &s.hello.compression);
	change_run(rig, &s, &s.hello.extensions);
	change_run(rig, &s, &s.hello.server_name);
	change_run(rig, &s, &s.hello.versions);
	change_run(rig, &s, &s.hello.groups);
	change_run(rig, &s, &s.hello.key_shares);
	change_run(rig, &s, &s.hello.signatures);
	change_run(rig, &s, &s.hello.alpn);
	change_run(rig, &s, &s.hello.point_formats);
	assert_in_range(rig->records, 500, 5000);
	s.hello.legacy_version++;
	check(rig, &s.hs);
	s.hello.legacy_version += 0x100;
	check(rig, &s.hs);
	s.hello.session_id_length++;
	check(rig, &s.hs);
	s.hello.length++;
	check(rig, &s.hs);
	s.hello.random[31]++;
	check(rig, &s.hs);
	s.hello.grease = !s.hello.grease;
	check(rig, &s.hs);
	s.hello.ech = !s.hello.ech;
	check(rig, &s.hs);
	s.hello.torn = true;
	check(rig, &s.hs);
	s.hello.torn = false;
	s.hello.sslv2 = true;
	check(rig, &s.hs);
}

static void server_hellos(void **state)
{
	struct rig *rig = *state;
	struct tls_server_hello *hello;
	uint16_t version;
	struct sample s;

	sample_success(&s);
	hello = &s.hs.server_hello;
	check(rig, &s.hs);
	change_run(rig, &s, &hello->extensions);
	for (unsigned bit = 0; bit < 16; bit++) {
		hello->cipher_suite ^= (uint16_t)(1 << bit);
		check(rig, &s.hs);
		hello->legacy_version ^= (uint16_t)(1 << bit);
		check(rig, &s.hs);
	}
	hello->session_id_length++;
	check(rig, &s.hs);
	hello->has_psk = !hello->has_psk;
	check(rig, &s.hs);
	hello->has_psk = true;
	for (unsigned bit = 0; bit < 16; bit++) {
		hello->psk_index ^= (uint16_t)(1 << bit);
		check(rig, &s.hs);
	}
	for (unsigned bit = 0; bit < 16; bit++) {
		hello->version ^= (uint16_t)(1 << bit);
		check(rig, &s.hs);
	}
	hello->version = TLS_VERSION_1_3;
	hello->has_key_share = true;
	for (unsigned bit = 0; bit < 16; bit++) {
		hello->group ^= (uint16_t)(1 << bit);
		check(rig, &s.hs);
		s.hs.group ^= (uint16_t)(1 << bit);
		check(rig, &s.hs);
	}
	hello->group = 0x0002; /* a curve */
	check(rig, &s.hs);
	hello->group = 0x0102; /* ffdhe4096 */
	check(rig, &s.hs);
	/* No suite, no fingerprint: nothing of that may be recalled for a hello that has one. */
	version = hello->version;
	hello->version = TLS_VERSION_SSL2;
	hello->session_id_length++;
	check(rig, &s.hs);
	hello->version = version;
	check(rig, &s.hs);
}

/* What was agreed on, and how far it came. */
static void agreements(void **state)
{
	struct rig *rig = *state;
	struct tls_server_hello *hello;
	struct sample s;

	sample_success(&s);
	hello = &s.hs.server_hello;
	for (unsigned set = 0; set < 16; set++) {
		s.hs.has_group = set & 1;
		hello->has_key_share = set & 2;
		hello->has_psk = set & 4;
		hello->version = set & 8 ? TLS_VERSION_1_3 : TLS_VERSION_1_2;
		for (int resumption = 0; resumption < HS_RESUMPTIONS; resumption++) {
			s.hs.resumption = (enum hs_resumption)resumption;
			for (int outcome = HS_OPEN; outcome <= HS_UNKNOWN; outcome++) {
				s.hs.outcome = (enum hs_outcome)outcome;
				check(rig, &s.hs);
			}
		}
	}
	s.hs.has_server_hello = false;
	check(rig, &s.hs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(client_hellos, setup, teardown),
		cmocka_unit_test_setup_teardown(server_hellos, setup, teardown),
		cmocka_unit_test_setup_teardown(agreements, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
