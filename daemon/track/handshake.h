/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything known about one handshake: plain data, written by the tracker,
 * read by the outputs. Times are ns on the clock of the source (CLOCK_MONOTONIC
 * live, the file's own time in a capture); 0 means "did not happen or not seen".
 */
#ifndef SHAKETAP_HANDSHAKE_H
#define SHAKETAP_HANDSHAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "shaketap_abi.h"
#include "tls/hello.h"
#include "tls/x509.h"

enum hs_side { HS_CLIENT, HS_SERVER, HS_NOBODY, HS_SIDES };

/* The last step that was seen, in the order of the protocol. */
enum hs_stage {
	HS_TCP_SYN,
	HS_CLIENT_HELLO,
	HS_HELLO_RETRY_REQUEST,
	HS_SERVER_HELLO,
	HS_SERVER_CERTIFICATE,
	HS_SERVER_KEY_EXCHANGE,
	HS_SERVER_HELLO_DONE,
	HS_CLIENT_KEY_EXCHANGE,
	HS_CLIENT_FINISHED,
	HS_SERVER_FINISHED,
	HS_ESTABLISHED,
	HS_STAGES
};

enum hs_outcome { HS_OPEN, HS_SUCCESS, HS_FAILURE, HS_UNKNOWN };

/* Why a handshake failed. */
enum hs_cause {
	HS_CAUSE_NONE,
	HS_TCP_REFUSED,
	HS_TCP_TIMEOUT,
	HS_NO_SERVER_HELLO,
	HS_CLIENT_HELLO_STALLED,
	HS_NOT_TLS_SERVER,
	HS_VERSION_MISMATCH,
	HS_HANDSHAKE_FAILURE,
	HS_UNRECOGNIZED_NAME,
	HS_ALPN_MISMATCH,
	HS_CERTIFICATE_EXPIRED,
	HS_CERTIFICATE_REVOKED,
	HS_CERTIFICATE_UNKNOWN_CA,
	HS_CERTIFICATE_REJECTED,
	HS_CLIENT_CERTIFICATE_MISSING,
	HS_CLIENT_CERTIFICATE_REJECTED,
	HS_DECRYPT_ERROR,
	HS_PROTOCOL_ERROR,
	HS_INTERNAL_ERROR,
	HS_USER_CANCELED,
	HS_ACCESS_DENIED,
	HS_ALERT_OTHER,
	HS_ENCRYPTED_ALERT,
	HS_RESET,
	HS_CLOSED,
	HS_TIMEOUT,
	HS_CAUSES
};

/* Why an outcome is unknown. */
enum hs_unknown_cause {
	HS_UNKNOWN_NONE,
	HS_JOINED_MIDWAY,
	HS_LOST_EVENTS,
	HS_GAP,
	HS_OVER_BUDGET,
	HS_EVICTED,
	HS_STILL_OPEN,
	HS_UNKNOWN_CAUSES
};

enum hs_role {
	HS_ROLE_NONE,
	HS_ROLE_CLIENT,
	HS_ROLE_SERVER,
	HS_ROLE_BOTH,
	HS_ROLE_FORWARDED,
	HS_ROLES
};
enum hs_resumption {
	HS_RESUMPTION_NONE,
	HS_FULL,
	HS_SESSION_ID,
	HS_TICKET,
	HS_PSK,
	HS_RESUMPTIONS
};
enum hs_early_data { HS_EARLY_NONE, HS_EARLY_OFFERED, HS_EARLY_ACCEPTED, HS_EARLY_REJECTED };
enum hs_client_certificate { HS_CERT_NONE, HS_CERT_REQUESTED, HS_CERT_SENT, HS_CERT_EMPTY };

/* "tcp_syn", "no_server_hello" ...: the names of the contract; never NULL for a valid value. */
extern const char *const hs_stage_names[HS_STAGES];
extern const char *const hs_cause_names[HS_CAUSES];
extern const char *const hs_unknown_names[HS_UNKNOWN_CAUSES];
extern const char *const hs_side_names[HS_SIDES]; /* "client" "server" "none" */
extern const char *const hs_role_names[HS_ROLES];
extern const char *const hs_resumption_names[HS_RESUMPTIONS];
extern const char *const hs_early_data_names[4];
extern const char *const hs_client_certificate_names[4];

#define HS_MESSAGES_MAX 64
#define HS_ALERTS_MAX 8

/* One line of the timeline: a clear message, or an encrypted record. */
struct hs_message {
	uint64_t time;
	uint32_t length; /* of the message body, or of the record when it is encrypted or not a
			    handshake */
	uint8_t from;	 /* enum hs_side */
	uint8_t record;	 /* record type */
	uint8_t type;	 /* handshake message type; meaningful for record 22 in the clear */
	bool encrypted;
};

struct hs_alert {
	uint8_t from; /* enum hs_side */
	uint8_t level;
	uint8_t code;
	bool encrypted; /* level and code are then not known */
};

struct hs_failure {
	enum hs_cause cause;
	enum hs_stage stage;
	enum hs_side side; /* who ended it */
	bool suspected;	   /* inferred, not observed */
	bool alerted;	   /* an alert in the clear says so */
	char text[200];	   /* one sentence for people, UTF-8 free of control characters */
};

/*
 * How the first ClientHello got through, as far as TCP tells. Bytes are counted from its first
 * one on, until it is complete.
 */
struct hs_delivery {
	uint32_t sent;	/* bytes of the client seen */
	uint32_t acked; /* of these acknowledged; live only packets with more than that are seen */
	uint32_t again; /* with repeats: the first byte of those that came again */
	uint16_t repeats;  /* times that bytes came again without an answer */
	uint64_t repeated; /* when they last did */
	uint64_t time;	   /* of the client's last packet */
};

/* Something the protocol does not allow; what the peer makes of it is another matter. */
struct hs_oddity {
	enum hs_side from;
	enum hs_stage stage; /* how far it had come then */
	const char *what;    /* "a malformed ...", a constant text; NULL: nothing was odd */
	bool has_extension;  /* it is about this one */
	uint16_t extension;
};

/*
 * What a side had begun and not brought to its end: a message in the clear, a sealed record, or
 * a record of which not even that is known. Bytes with the header of the message, without that
 * of the record.
 */
enum hs_torn_kind { HS_NOTHING_TORN, HS_MESSAGE_TORN, HS_SEALED_TORN, HS_RECORD_TORN };

struct hs_torn {
	uint8_t kind;	      /* enum hs_torn_kind */
	uint8_t message;      /* its type */
	uint32_t seen, whole; /* bytes; whole is 0: its header did not come whole either */
};

/* An end of the connection: address in network order (IPv4 mapped), port in host order. */
struct hs_end {
	uint32_t addr[4];
	uint16_t port;
};

struct handshake {
	struct hs_end end[2]; /* by enum hs_side */
	uint32_t ifindex;     /* 0: not known */
	uint16_t vlan;	      /* 0: none */
	uint64_t cgroup[2];   /* by side; 0: not on this host */
	enum hs_role role;

	enum hs_stage stage;
	enum hs_outcome outcome;
	enum hs_unknown_cause unknown;
	struct hs_failure failure;
	struct hs_oddity oddity;
	struct hs_delivery delivery;
	struct hs_torn torn[2]; /* by side, when it ended */
	uint32_t unread; /* bytes of the server that a client who left had not acknowledged */

	uint64_t wall_offset; /* add to a time (mod 2^64): ns since the epoch; 0: not known */
	uint64_t syn_time, synack_time;
	uint64_t client_hello_time;	 /* first byte of the first ClientHello */
	uint64_t client_hello_end_time;	 /* the packet that completed it */
	uint64_t server_hello_time;	 /* of the final ServerHello (not HelloRetryRequest) */
	uint64_t server_flight_end_time; /* last record of the server's flight */
	uint64_t client_flight_time;	 /* first record of the client's answer to it */
	uint64_t client_finished_time, server_finished_time;
	uint64_t second_hello_time;	/* ClientHello after a HelloRetryRequest */
	uint64_t application_data_time; /* first application data after the handshake, or early data
					 */
	uint64_t end_time;		/* what concluded it */

	struct tls_client_hello *client_hello; /* own allocation; NULL: not seen or not parseable */
	uint32_t client_hello_segments;	       /* TCP segments that carried the first ClientHello */
	uint32_t client_hello_records;	       /* TLS records that carried it */
	/* The server sent bytes before the client had sent any: that is no TLS. */
	bool server_first;
	bool complete; /* every byte that matters was seen */
	bool has_server_hello;
	struct tls_server_hello server_hello;
	uint8_t *next_protocol; /* own allocation: what server_hello.alpn holds; NULL: not seen */
	bool hello_retry;
	bool hello_retry_has_group;
	uint16_t hello_retry_group;

	enum tls_x509_cover cover; /* does the server's certificate cover the name asked for? */
	enum hs_resumption resumption;
	enum hs_early_data early_data;
	enum hs_client_certificate client_certificate;
	bool client_flight_long; /* TLS 1.3: more than a Finished, as with a certificate */
	bool has_group; /* group of the key exchange is known (ServerHello or ServerKeyExchange) */
	uint16_t group;
	uint16_t dh_bits;   /* DHE: size of the prime; 0: not seen */
	uint16_t signature; /* TLS 1.2: SignatureScheme of the ServerKeyExchange; 0: not seen */
	int round_trips;    /* -1: not known */

	/* By side, the leaf, shared; NULL: not seen, not X.509, or not wanted. */
	struct tls_x509 *certificate[2];
	struct hs_message *messages; /* own allocation, grows up to HS_MESSAGES_MAX */
	uint8_t message_count;
	struct hs_alert alerts[HS_ALERTS_MAX];
	uint8_t alert_count;
};

/* The server chose a cipher suite. In SSL 2.0 it does not, the client does. */
static inline bool hs_has_cipher(const struct handshake *hs)
{
	return hs->has_server_hello && hs->server_hello.version != TLS_VERSION_SSL2;
}

#endif
