/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line: what is taken, and the one line for what is not. */
/* links: options.c options_table.c options_values.c out/listen.c base/text.c base/text_escape.c */
/* links: base/addr.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "options.h"

#define WORDS_MAX 24

struct parsed {
	struct options options;
	enum options_result result;
	char *words, *out, *err;
	size_t out_len, err_len;
};

/* Runs the parser over words separated by spaces. */
static struct parsed parse(const char *line)
{
	struct parsed p = { .words = strdup(line) };
	char *argv[WORDS_MAX + 1] = { (char *)"shaketap" }, *save = NULL;
	FILE *out = open_memstream(&p.out, &p.out_len), *err = open_memstream(&p.err, &p.err_len);
	int argc = 1;

	for (char *w = strtok_r(p.words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		assert_true(argc < WORDS_MAX);
		argv[argc++] = strcmp(w, "''") == 0 ? (char *)"" : w;
	}
	p.result = options_parse(argc, argv, &p.options, out, err);
	fclose(out);
	fclose(err);
	return p;
}

static void done(struct parsed *p)
{
	options_free(&p->options);
	free(p->words);
	free(p->out);
	free(p->err);
}

static void test_defaults(void **state)
{
	static const uint16_t ports[] = { 443, 465, 563, 636, 853,  989, 990,
					  992, 993, 994, 995, 5061, 8443 };
	struct parsed p = parse("run");
	size_t n = 0;

	(void)state;
	assert_int_equal(p.result, OPTIONS_OK);
	assert_string_equal(p.out, "");
	assert_string_equal(p.err, "");
	assert_int_equal(p.options.command, OPTIONS_RUN);
	assert_int_equal(p.options.interfaces.n, 0);
	assert_true(p.options.listening);
	assert_string_equal(p.options.listen_text, "127.0.0.1:9743");
	assert_int_equal(p.options.listen.ss_family, AF_INET);
	assert_int_equal(p.options.format, OPTIONS_TEXT);
	assert_int_equal(p.options.only, 0);
	assert_int_equal(p.options.handshake_timeout, 10 * NS_PER_S);
	assert_int_equal(p.options.max_flows, 65536);
	assert_int_equal(p.options.ring_buffer, 8 << 20);
	assert_int_equal(p.options.max_server_names, 200);
	assert_false(p.options.no_certificates);
	assert_int_equal(p.options.log_level, LEVEL_INFO);
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		assert_true(options_tls_port(&p.options, ports[i]));
	for (unsigned int port = 0; port <= UINT16_MAX; port++)
		n += options_tls_port(&p.options, (uint16_t)port);
	assert_int_equal(n, ARRAY_SIZE(ports));
	done(&p);
}

static void test_every_option(void **state)
{
	struct parsed p = parse("run -i eth* --interface=!eth9 -l [::]:80 -fjson --only failures "
				"--tls-ports 1,10-12 --max-flows 1024 --server-name *.example.com "
				"--no-certificates -v");

	(void)state;
	assert_string_equal(p.err, "");
	assert_int_equal(p.result, OPTIONS_OK);
	assert_int_equal(p.options.interfaces.n, 2);
	assert_string_equal(p.options.interfaces.p[0], "eth*");
	assert_string_equal(p.options.interfaces.p[1], "!eth9");
	assert_int_equal(p.options.listen.ss_family, AF_INET6);
	assert_int_equal(p.options.format, OPTIONS_JSON);
	assert_int_equal(p.options.only, 1);
	assert_true(options_tls_port(&p.options, 1) && options_tls_port(&p.options, 12));
	assert_false(options_tls_port(&p.options, 9) || options_tls_port(&p.options, 13));
	assert_false(options_tls_port(&p.options, 443));
	assert_string_equal(p.options.server_names.p[0], "*.example.com");
	assert_true(p.options.no_certificates);
	assert_int_equal(p.options.log_level, LEVEL_DEBUG);
	done(&p);
}

static void test_files_to_read(void **state)
{
	struct parsed p = parse("read -f json a.pcap --metrics m.prom - --only failures");

	(void)state;
	assert_string_equal(p.err, "");
	assert_int_equal(p.result, OPTIONS_OK);
	assert_int_equal(p.options.command, OPTIONS_READ);
	assert_int_equal(p.options.format, OPTIONS_JSON);
	assert_int_equal(p.options.only, 1);
	assert_int_equal(p.options.files.n, 2);
	assert_string_equal(p.options.files.p[0], "a.pcap");
	assert_string_equal(p.options.files.p[1], "-");
	assert_string_equal(p.options.metrics_file, "m.prom");
	assert_int_equal(p.options.handshake_timeout, 10 * NS_PER_S);
	done(&p);
}

static void test_values_in_range(void **state)
{
	static const struct {
		const char *line;
		size_t field;
		uint64_t want;
	} rows[] = {
		{ "run --ring-buffer 64K", offsetof(struct options, ring_buffer), 65536 },
		{ "run --ring-buffer 65536", offsetof(struct options, ring_buffer), 65536 },
		{ "run --ring-buffer 16m", offsetof(struct options, ring_buffer), 16 << 20 },
		{ "run --ring-buffer 1G", offsetof(struct options, ring_buffer), 1 << 30 },
		{ "run --handshake-timeout 0.1", offsetof(struct options, handshake_timeout),
		  NS_PER_S / 10 },
		{ "run --handshake-timeout 2.000000001",
		  offsetof(struct options, handshake_timeout), 2 * NS_PER_S + 1 },
		{ "run --handshake-timeout 3600", offsetof(struct options, handshake_timeout),
		  3600 * NS_PER_S },
		{ "run --max-flows 4194304", offsetof(struct options, max_flows), 4194304 },
		{ "run --max-server-names 0", offsetof(struct options, max_server_names), 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct parsed p = parse(rows[i].line);
		uint64_t got;

		assert_string_equal(p.err, "");
		assert_int_equal(p.result, OPTIONS_OK);
		memcpy(&got, (char *)&p.options + rows[i].field, sizeof(got));
		assert_int_equal(got, rows[i].want);
		done(&p);
	}
}

/* Each line of complaint names the option, the value and what is allowed. */
static void test_refused(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "", "no command: allowed are run, read, check" },
		{ "-v run", "unknown option '-v': allowed are run, read, check" },
		{ "top", "unknown command 'top': allowed are run, read, check" },
		{ "read", "no file: allowed are capture files and -" },
		{ "read --metrics - a.pcap", "--metrics '-': allowed is the name of a file" },
		{ "--bogus", "unknown option '--bogus': allowed are run, read, check" },
		{ "read --metrics", "--metrics needs a value: allowed is the name of a file" },
		{ "read x.pcap -i lo", "unknown option '-i': allowed are those of shaketap read" },
		{ "run eth0", "surplus argument 'eth0'" },
		{ "run -- eth0", "surplus argument 'eth0'" },
		{ "check -q", "unknown option '-q': allowed are those of shaketap check --help" },
		{ "check x", "surplus argument 'x'" },
		{ "run --nosuch", "unknown option '--nosuch': allowed are those of" },
		{ "run --nosuch=3 -v", "unknown option '--nosuch=3'" },
		{ "run --max 3", "unknown option '--max'" },
		{ "run -v --nosuch -v", "unknown option '--nosuch'" },
		{ "run -X", "unknown option '-X'" },
		{ "run -v -Xv", "unknown option '-Xv'" },
		{ "run -vX -v", "unknown option '-vX'" },
		{ "run -l", "--listen needs a value: allowed is ADDRESS:PORT" },
		{ "run -v --listen", "--listen needs a value: allowed is ADDRESS:PORT" },
		{ "run --quiet=3", "--quiet takes no value: '--quiet=3'" },
		{ "run --no-certificates=1", "--no-certificates takes no value" },
		{ "run -i ''", "--interface '': allowed is a shell pattern" },
		{ "run -i !", "--interface '!': allowed is a shell pattern" },
		{ "run -l 127.0.0.1", "--listen '127.0.0.1': allowed is ADDRESS:PORT" },
		{ "run -l 127.0.0.1:65536", "--listen '127.0.0.1:65536': allowed is" },
		{ "run -f xml", "--format 'xml': allowed is text, json or none" },
		{ "run -f jso", "--format 'jso': allowed is" },
		{ "run --only good", "--only 'good': allowed is all or failures" },
		{ "run --handshake-timeout 0.09",
		  "'0.09': allowed is a number of seconds from 0.1" },
		{ "run --handshake-timeout 3600.1", "'3600.1': allowed is" },
		{ "run --handshake-timeout 1.", "'1.': allowed is" },
		{ "run --handshake-timeout 1e1", "'1e1': allowed is" },
		{ "run --handshake-timeout -1", "'-1': allowed is" },
		{ "run --handshake-timeout 1.0000000001", "allowed is" },
		{ "run --tls-ports 0", "--tls-ports '0': allowed is a comma-separated list" },
		{ "run --tls-ports 443,", "'443,': allowed is" },
		{ "run --tls-ports 65536", "'65536': allowed is" },
		{ "run --tls-ports 20-10", "'20-10': allowed is" },
		{ "run --tls-ports ''", "'': allowed is" },
		{ "run --max-flows 1023", "'1023': allowed is a number from 1024 to 4194304" },
		{ "run --max-flows 4194305", "'4194305': allowed is" },
		{ "run --max-flows +2048", "'+2048': allowed is" },
		{ "run --max-flows 18446744073709553664", "allowed is" },
		{ "run --ring-buffer 3", "--ring-buffer '3': allowed is a power of two from 64K" },
		{ "run --ring-buffer 32K", "'32K': allowed is" },
		{ "run --ring-buffer 2G", "'2G': allowed is" },
		{ "run --ring-buffer 3M", "'3M': allowed is" },
		{ "run --ring-buffer 8MB", "'8MB': allowed is" },
		{ "run --ring-buffer 18014398509481984K", "allowed is" },
		{ "run --max-server-names 100001", "'100001': allowed is" },
		{ "run -f a\nb\033[1m", "--format 'a\\x0ab\\x1b[1m': allowed is" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct parsed p = parse(rows[i].line);

		if (p.result != OPTIONS_BAD || !strstr(p.err, rows[i].want))
			fail_msg("%s: result %u, \"%s\"", rows[i].line, p.result, p.err);
		assert_string_equal(p.out, "");
		assert_memory_equal(p.err, "shaketap: ", 10);
		assert_ptr_equal(strchr(p.err, '\n'), p.err + p.err_len - 1); /* one line */
		done(&p);
	}
}

static void test_help_and_version(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "--help", "Usage: shaketap COMMAND" },
		{ "run --help", "--ring-buffer=SIZE" },
		{ "run --help", "(default: 127.0.0.1:9743)" },
		{ "run -f json --help", "Usage: shaketap run [OPTION...]" },
		{ "check --help", "Usage: shaketap check" },
		{ "--version", "shaketap " },
		{ "run --version", "shaketap " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct parsed p = parse(rows[i].line);

		if (p.result != OPTIONS_DONE || !strstr(p.out, rows[i].want))
			fail_msg("%s: result %u, \"%s\"", rows[i].line, p.result, p.out);
		assert_string_equal(p.err, "");
		done(&p);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),      cmocka_unit_test(test_every_option),
		cmocka_unit_test(test_files_to_read), cmocka_unit_test(test_values_in_range),
		cmocka_unit_test(test_refused),	      cmocka_unit_test(test_help_and_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
