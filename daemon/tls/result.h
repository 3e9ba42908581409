/* SPDX-License-Identifier: BSD-2-Clause */
/* The three answers every parser of this stage gives. */
#ifndef SHAKETAP_TLS_RESULT_H
#define SHAKETAP_TLS_RESULT_H

enum tls_result {
	TLS_OK,	  /* parsed; the out-parameter is valid */
	TLS_MORE, /* so far well-formed, but bytes are missing; nothing was consumed */
	TLS_BAD	  /* no bytes that may follow can make this well-formed */
};

#endif
