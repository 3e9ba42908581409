/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tls/hello.c tls/ext.c */
/* Hellos built to hurt: lengths that lie, lists of the wrong shape, what is absent or repeated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tls/hello.h"

static uint8_t built[70000];

/* A hello around one block of extensions. */
static struct bytes build(const char *suites, size_t suites_n, const char *block, size_t block_n)
{
	size_t n = 0;

	memset(built, 0, 35);
	built[0] = built[1] = 3;
	n = 35;
	built[n++] = (uint8_t)(suites_n >> 8);
	built[n++] = (uint8_t)suites_n;
	memcpy(built + n, suites, suites_n);
	n += suites_n;
	built[n++] = 1;
	built[n++] = 0;
	built[n++] = (uint8_t)(block_n >> 8);
	built[n++] = (uint8_t)block_n;
	memcpy(built + n, block, block_n);
	return (struct bytes){ built, n + block_n };
}

static struct tls_client_hello hello;
static struct tls_server_hello answer;

#define CLIENT(block) \
	tls_client_hello_parse(build("\x13\x01", 2, (block), sizeof(block) - 1), &hello)
#define ASSERT_OK(block)                                 \
	do {                                             \
		assert_int_equal(CLIENT(block), TLS_OK); \
		assert_false(hello.has_bad_extension);   \
	} while (0)
/* The hello stands, without this extension: its field is as if absent. */
#define ASSERT_LEFT_OUT(block, id, field)                    \
	do {                                                 \
		assert_int_equal(CLIENT(block), TLS_OK);     \
		assert_true(hello.has_bad_extension);        \
		assert_int_equal(hello.bad_extension, (id)); \
		assert_null(hello.field.p);                  \
	} while (0)

static void server_name(void **state)
{
	char block[9 + 300] = "\0\0\x01\x31\x01\x2f\0\x01\x2c";

	(void)state;
	ASSERT_OK("\0\0\0\7\0\5\0\0\2ab");
	assert_int_equal(hello.server_name.n, 2);
	ASSERT_OK("\0\0\0\2\0\0"); /* a list without entries */
	assert_non_null(hello.server_name.p);
	assert_int_equal(hello.server_name.n, 0);
	ASSERT_OK("\0\0\0\14\0\12\0\0\2ab\0\0\2cd"); /* two names: the first */
	assert_memory_equal(hello.server_name.p, "ab", 2);
	ASSERT_OK("\0\0\0\12\0\10\0\0\0\0\0\2cd"); /* even when it is empty */
	assert_int_equal(hello.server_name.n, 0);
	ASSERT_OK("\0\0\0\7\0\5\7\0\2ab"); /* another type of name */
	assert_int_equal(hello.server_name.n, 0);
	ASSERT_OK("\0\0\0\7\0\5\0\0\2a\0"); /* NUL inside: as sent */
	assert_memory_equal(hello.server_name.p, "a\0", 2);
	/* list longer than the extension */
	ASSERT_LEFT_OUT("\0\0\0\7\xff\xff\0\0\2ab", 0, server_name);
	/* name longer than the list */
	ASSERT_LEFT_OUT("\0\0\0\7\0\5\0\0\3ab", 0, server_name);
	/* list shorter than what is in it */
	ASSERT_LEFT_OUT("\0\0\0\7\0\4\0\0\2ab", 0, server_name);
	/* bytes after the list; a second name that is cut off */
	ASSERT_LEFT_OUT("\0\0\0\x0a\0\5\0\0\2ab\0\0\0", 0, server_name);
	ASSERT_LEFT_OUT("\0\0\0\13\0\11\0\0\2ab\0\0\2c", 0, server_name);

	/* twice: the first */
	assert_int_equal(CLIENT("\0\0\0\7\0\5\0\0\2ab\0\0\0\7\0\5\0\0\2cd"), TLS_OK);
	assert_true(hello.has_bad_extension);
	assert_memory_equal(hello.server_name.p, "ab", 2);

	memset(block + 9, 'x', 300);
	assert_int_equal(tls_client_hello_parse(build("\x13\x01", 2, block, sizeof(block)), &hello),
			 TLS_OK);
	assert_int_equal(hello.server_name.n, 300);
}

static void lists(void **state)
{
	(void)state;
	ASSERT_LEFT_OUT("\0\x0a\0\5\0\3\0\x17\0", 10, groups); /* odd number of bytes */
	ASSERT_LEFT_OUT("\0\x0d\0\5\0\3\4\3\0", 13, signatures);
	ASSERT_LEFT_OUT("\0\x2b\0\4\3\3\4\3", 43, versions);
	ASSERT_LEFT_OUT("\0\x2b\0\4\2\3\4\0", 43, versions); /* left over */
	ASSERT_LEFT_OUT("\0\x0b\0\3\3\0\1", 11, point_formats);
	ASSERT_LEFT_OUT("\0\x0b\0\3\1\0\1", 11, point_formats);
	ASSERT_LEFT_OUT("\0\x10\0\6\0\4\2h2\0", 16, alpn); /* an empty name */
	ASSERT_LEFT_OUT("\0\x10\0\5\0\3\3h2", 16, alpn);
	ASSERT_OK("\0\x10\0\2\0\0"); /* an empty list is there, and empty */
	assert_non_null(hello.alpn.p);
	assert_int_equal(hello.alpn.n, 0);
	/* key longer than the list */
	ASSERT_LEFT_OUT("\0\x33\0\6\0\4\0\x1d\0\1", 51, key_shares);
	ASSERT_OK("\0\x33\0\2\0\0");
	assert_non_null(hello.key_shares.p);
	ASSERT_OK("\0\x28\0\7\0\5\0\x1d\0\1k"); /* the id of the drafts */
	assert_int_equal(hello.key_shares.n, 2);
	/* The final id counts, wherever it comes; what came first is not spoilt by the second. */
	ASSERT_OK("\0\x28\0\7\0\5\0\x1d\0\1k\0\x33\0\7\0\5\0\x17\0\1k");
	assert_int_equal(bytes_u16(hello.key_shares, 0), 0x17);
	ASSERT_OK("\0\x33\0\7\0\5\0\x17\0\1k\0\x28\0\7\0\5\0\x1d\0\1k");
	assert_int_equal(bytes_u16(hello.key_shares, 0), 0x17);
	ASSERT_LEFT_OUT("\0\x17\0\1\0", 23, alpn); /* extended_master_secret has no body */
	assert_false(hello.extended_ms);
	ASSERT_LEFT_OUT("\0\x2a\0\1\0", 42, alpn); /* nor has early_data */
	assert_false(hello.early_data);
	ASSERT_LEFT_OUT("\0\x2d\0\3\1\0\1", 45, alpn);
	assert_false(hello.psk_only_modes);
	ASSERT_OK("\0\x2d\0\2\1\0");
	assert_true(hello.psk_only_modes);
	ASSERT_OK("\0\x2d\0\3\2\0\1");
	assert_false(hello.psk_only_modes);
	ASSERT_OK("\xfe\x0d\0\1x\0\x2a\0\0\0\x23\0\3abc");
	assert_true(hello.ech && hello.early_data);
	assert_int_equal(hello.session_ticket, 3);
	ASSERT_OK("\x12\x34\0\1x\x12\x34\0\1x"); /* unknown ones are not ours to judge */
	assert_int_equal(hello.extensions.n, 4);
}

/* One odd extension does not take the others with it; the first odd one is noted. */
static void odd_ones_among_others(void **state)
{
	(void)state;
	assert_int_equal(CLIENT("\0\x2a\0\4\0\0\x40\0"	     /* early_data with a size */
				"\0\0\0\7\0\5\0\0\2ab"	     /* server_name */
				"\0\x33\0\4\0\x1d\0\0"	     /* key_share of one entry, bare */
				"\0\x10\0\5\0\3\2h2"	     /* ALPN */
				"\0\x10\0\6\0\4\3foo"	     /* and again */
				"\x33\x74\0\3\2h2"	     /* next_protocol_negotiation */
				"\0\x2b\0\5\4\3\4\x7f\x1c"), /* versions, one of a draft */
			 TLS_OK);
	assert_true(hello.has_bad_extension);
	assert_int_equal(hello.bad_extension, 42);
	assert_false(hello.early_data);
	assert_null(hello.key_shares.p);
	assert_memory_equal(hello.server_name.p, "ab", 2);
	assert_int_equal(hello.alpn.n, 3);
	assert_int_equal(hello.versions.n, 4);
	assert_int_equal(hello.extensions.n, 2 * 7); /* all of them were there */
}

#define ASSERT_TORN(bytes) assert_true(CLIENT(bytes) == TLS_OK && hello.torn)

/* Where the block itself falls apart, what was read of it is kept, and the rest is not guessed. */
static void broken_blocks(void **state)
{
	(void)state;
	ASSERT_TORN("\0\0\xff\xff\0\5\0\0\2ab"); /* longer than the block */
	assert_true(hello.has_bad_extension);
	assert_int_equal(hello.bad_extension, 0);
	/* The one that breaks it is named, not the odd one in front of it. */
	ASSERT_TORN("\0\x17\0\1\0\x12\x34\0\2x");
	assert_true(hello.has_bad_extension);
	assert_int_equal(hello.bad_extension, 0x1234);
	ASSERT_TORN("\0\0\0\7\0\5\0\0\2ab\x12\x34\0\2x");
	assert_memory_equal(hello.server_name.p, "ab", 2);
	ASSERT_TORN("\0\x17\0\1\0\x12"); /* no id: nobody's fault */
	assert_false(hello.has_bad_extension);
}

static void grease(void **state)
{
	(void)state;
	ASSERT_OK("\x1a\x1a\0\0");
	assert_true(hello.grease);
	ASSERT_OK("\0\x0a\0\4\0\2\xfa\xfa");
	assert_true(hello.grease);
	ASSERT_OK("\0\x2b\0\5\4\x7a\x7a\3\4");
	assert_true(hello.grease);
	ASSERT_OK("\0\x0a\0\4\0\2\x0a\x1a");
	assert_false(hello.grease);
	assert_int_equal(tls_client_hello_parse(build("\x2a\x2a\x13\x01", 4, "", 0), &hello),
			 TLS_OK);
	assert_true(hello.grease);
}

static void frame(void **state)
{
	char many[4 * (TLS_EXTENSIONS_MAX + 1)], shares[6 + 5 * (TLS_KEY_SHARES_MAX + 1)] = { 0 };
	struct bytes b;

	(void)state;
	assert_int_equal(tls_client_hello_parse((struct bytes){ NULL, 0 }, &hello), TLS_BAD);
	assert_int_equal(tls_client_hello_parse(build("", 0, "", 0), &hello), TLS_BAD);
	assert_int_equal(tls_client_hello_parse(build("\x13\1\x13", 3, "", 0), &hello), TLS_BAD);
	b = build("\x13\1", 2, "", 0);
	assert_int_equal(tls_client_hello_parse(b, &hello), TLS_OK);
	assert_non_null(hello.extensions.p); /* a block, with none in it */
	b.n -= 2;
	assert_int_equal(tls_client_hello_parse(b, &hello), TLS_OK);
	assert_null(hello.extensions.p); /* no block */
	b = build("\x13\1", 2, "", 0);
	assert_false(hello.torn);
	built[b.n++] = 0; /* after the end */
	assert_int_equal(tls_client_hello_parse(b, &hello), TLS_OK);
	assert_true(hello.torn);
	b = build("\x13\1", 2, "", 0);
	built[34] = 33; /* session id too long */
	assert_int_equal(tls_client_hello_parse((struct bytes){ built, sizeof(built) }, &hello),
			 TLS_BAD);

	for (size_t i = 0; i < sizeof(many); i += 4)
		memcpy(many + i, "\x12\x34\0", 4);
	b = build("\x13\1", 2, many, sizeof(many) - 4);
	assert_int_equal(tls_client_hello_parse(b, &hello), TLS_OK);
	b = build("\x13\1", 2, many, sizeof(many)); /* one more than is noted: read all the same */
	assert_int_equal(tls_client_hello_parse(b, &hello), TLS_OK);
	assert_int_equal(hello.extensions.n, 2 * TLS_EXTENSIONS_MAX);

	memcpy(shares, "\0\x33\x01\x47\x01\x45", 6);
	for (size_t i = 6; i < sizeof(shares); i += 5)
		memcpy(shares + i, "\0\x1d\0\1k", 5);
	assert_int_equal(tls_client_hello_parse(build("\x13\1", 2, shares, sizeof(shares)), &hello),
			 TLS_OK);
	assert_false(hello.has_bad_extension);
	assert_int_equal(hello.key_shares.n, 2 * TLS_KEY_SHARES_MAX);
}

/* legacy_version, random, then what is given. */
static enum tls_result server(uint16_t version, const char *rest, size_t n)
{
	memset(built, 0, 34);
	built[0] = (uint8_t)(version >> 8);
	built[1] = (uint8_t)version;
	memcpy(built + 34, rest, n);
	return tls_server_hello_parse((struct bytes){ built, 34 + n }, &answer);
}

#define SERVER(version, rest) server((version), (rest), sizeof(rest) - 1)

static void servers(void **state)
{
	(void)state;
	assert_int_equal(SERVER(0x0301, "\0\0\x2f\0"), TLS_OK); /* no extensions block */
	assert_null(answer.extensions.p);
	assert_int_equal(answer.version, 0x0301);
	assert_int_equal(SERVER(0x7f12, "\x13\1\0\0"), TLS_OK); /* draft 18 */
	assert_int_equal(answer.version, 0x7f12);
	assert_int_equal(answer.cipher_suite, 0x1301);
	assert_int_equal(SERVER(0x0303, "\0\x13\1\0\0\6\0\x2b\0\2\x7f\x1c"), TLS_OK); /* draft 28 */
	assert_int_equal(answer.version, 0x7f1c);
	assert_int_equal(SERVER(0x0303, "\0\x13\1\0\0\x0c\0\x2b\0\2\3\4\0\x29\0\2\0\1"), TLS_OK);
	assert_true(answer.has_psk && !answer.has_key_share); /* psk_ke */
	assert_int_equal(answer.psk_index, 1);
	assert_int_equal(SERVER(0x0303, "\0\0\x2f\0\0\4\0\0\0\0"), TLS_OK);
	assert_false(answer.has_bad_extension);
	assert_int_equal(SERVER(0x0303, "\0\0\x2f\0\0\4\0\x23\0\0\0"), TLS_BAD); /* after the end */
	assert_false(answer.has_bad_extension);
	assert_int_equal(SERVER(0x0303, "\x21\0\x2f\0"), TLS_BAD);
}

#define ASSERT_SERVER_LEFT_OUT(rest, id)                                                       \
	do {                                                                                   \
		assert_int_equal(SERVER(0x0303, rest), TLS_OK);                                \
		assert_true(answer.has_bad_extension);                                         \
		assert_int_equal(answer.bad_extension, (id));                                  \
		assert_false(answer.has_key_share || answer.has_psk || answer.session_ticket); \
		assert_null(answer.alpn.p);                                                    \
	} while (0)

static void odd_servers(void **state)
{
	(void)state;
	ASSERT_SERVER_LEFT_OUT("\0\x13\1\0\0\6\0\x33\0\2\0\x1d", 51); /* no key */
	ASSERT_SERVER_LEFT_OUT("\0\0\x2f\0\0\5\0\0\0\1x", 0);
	ASSERT_SERVER_LEFT_OUT("\0\0\x2f\0\0\x0a\0\x10\0\6\0\4\1a\1b", 16);
	ASSERT_SERVER_LEFT_OUT("\0\x13\1\0\0\7\0\x29\0\3\0\0\0", 41);
	ASSERT_SERVER_LEFT_OUT("\0\0\x2f\0\0\5\0\x23\0\1x", 35);
	/* Without the version, nothing that follows could be read right. */
	assert_int_equal(SERVER(0x0303, "\0\x13\1\0\0\x0c\0\0\0\1x\0\x2b\0\3\3\4\0"), TLS_BAD);
	assert_true(answer.has_bad_extension);
	assert_int_equal(answer.bad_extension, 43);
	/* Twice is odd, no more: the first counts. */
	assert_int_equal(SERVER(0x0303, "\0\x13\1\0\0\x0c\0\x2b\0\2\3\4\0\x2b\0\2\3\3"), TLS_OK);
	assert_true(answer.has_bad_extension);
	assert_int_equal(answer.version, 0x0304);
}

/* Runs that are there and empty stay so in a copy, absent ones stay absent. */
static void kept(void **state)
{
	struct tls_client_hello *copy;

	(void)state;
	ASSERT_OK("\0\x10\0\2\0\0\0\0\0\2\0\0");
	copy = tls_client_hello_keep(&hello);
	assert_non_null(copy);
	assert_non_null(copy->alpn.p);
	assert_non_null(copy->server_name.p);
	assert_int_equal(copy->alpn.n, 0);
	assert_null(copy->groups.p);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_ones_among_others),
		cmocka_unit_test(broken_blocks),
		cmocka_unit_test(odd_servers),
		cmocka_unit_test(server_name),
		cmocka_unit_test(lists),
		cmocka_unit_test(grease),
		cmocka_unit_test(frame),
		cmocka_unit_test(servers),
		cmocka_unit_test(kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
