/* SPDX-License-Identifier: BSD-2-Clause */
/* The body of a Certificate message, to what of the leaf gets into a record. */
#include <string.h>

#include "check_text.h"
#include "input.h"
#include "must.h"
#include "tls/certificate.h"
#include "tls/x509.h"

static void check_string(const char *s, size_t max)
{
	if (!s)
		return;
	MUST(*s && strlen(s) <= max);
	check_printable(s, strlen(s));
}

static void check_names(const struct tls_x509 *x509)
{
	const char *name = x509->names;

	MUST(x509->name_count <= TLS_X509_NAMES_MAX);
	for (unsigned i = 0; i < x509->name_count; i++) {
		check_string(name, TLS_X509_NAMES_SIZE);
		name += strlen(name) + 1;
	}
	MUST(!x509->name_count || name - x509->names <= TLS_X509_NAMES_SIZE);
}

static void check_certificate(struct bytes leaf)
{
	static const char *const hosts[] = {
		"api.example.com", "a.b", "*", "", "192.0.2.1", "00.x"
	};
	struct tls_x509_names *names = NULL;
	struct tls_x509 *x509 = tls_x509_parse(leaf, &names);

	MUST(x509 && x509->references == 1);
	MUST(x509->parsed || !names);
	if (x509->parsed) {
		check_string(x509->subject, TLS_X509_NAME_MAX);
		check_string(x509->issuer, TLS_X509_NAME_MAX);
		check_string(x509->serial, TLS_X509_SERIAL_MAX);
		check_names(x509);
	}
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct bytes host = { (const uint8_t *)hosts[i], strlen(hosts[i]) };

		MUST(tls_x509_cover(names, host) <= TLS_X509_NOT_COVERED);
	}
	MUST(tls_x509_keep(x509) == x509);
	tls_x509_release(x509);
	tls_x509_release(x509);
	tls_x509_names_free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *own = own_copy((struct bytes){ data, size });
	struct bytes body = { own, size };
	struct tls_certificate_list list;

	if (tls_certificate_list_parse(body, &list) == TLS_OK && list.count)
		check_certificate(list.leaf);
	else
		check_certificate(body); /* the fuzzer need not learn the lengths first */
	free(own);
	return 0;
}
