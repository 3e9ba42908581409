/* SPDX-License-Identifier: BSD-2-Clause */
#include "paths_facts.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/addr.h"
#include "base/seq.h"
#include "tls_sniff.h"

/* A SYN this little before data that was seen belongs to the same connection. */
#define SYN_LATE_MAX (1U << 16)

struct ends {
	uint32_t addr[2][4];
	uint16_t port[2]; /* host order */
};

struct entry {
	struct ends ends;
	unsigned known; /* bit set of enum fact */
	uint32_t next[2];
	bool started[2];
	bool hello; /* seen: another one is the same again, or comes after this */
	UT_hash_handle hh;
};

struct facts {
	struct entry *entries;
};

#define REFUSED(cause) (FACT_REFUSED + ST_COUNT_REFUSED_##cause - ST_COUNT_REFUSED_FRAGMENT)

static const char *const names[FACTS] = {
	[FACT_FRAGMENTS] = "fragments",
	[FACT_CUT] = "cut",
	[FACT_TAG] = "tag",
	[FACT_UNFED] = "unfed",
	[FACT_RAW] = "raw",
	[FACT_SPENT] = "spent",
	[FACT_GAP] = "gap",
	[FACT_AGAIN] = "again",
	[FACT_EARLY] = "early",
	[FACT_LATE_SYN] = "late_syn",
	[FACT_LATE_DATA] = "late_data",
	[FACT_AHEAD] = "ahead",
	[REFUSED(FRAGMENT)] = "refused_fragment",
	[REFUSED(VLAN_DEPTH)] = "refused_vlan_depth",
	[REFUSED(HEADER_CHAIN)] = "refused_header_chain",
	[REFUSED(TUNNEL_DEPTH)] = "refused_tunnel_depth",
	[REFUSED(TRUNCATED)] = "refused_truncated",
	[REFUSED(MALFORMED)] = "refused_malformed",
	[REFUSED(STRAY_RST)] = "refused_stray_rst",
	[REFUSED(WALK_BOUND)] = "refused_walk_bound",
};

struct facts *facts_new(void)
{
	return calloc(1, sizeof(struct facts));
}

void facts_free(struct facts *facts)
{
	struct entry *entry, *next;

	HASH_ITER (hh, facts->entries, entry, next) {
		/* The analyzer does not see that each is in the table. */
		HASH_DEL(facts->entries, entry); // NOLINT(clang-analyzer-unix.Malloc)
		free(entry);
	}
	free(facts);
}

/* One entry for both directions; *sender: index of the first end given. */
static struct entry *entry_of(struct facts *facts, const uint32_t addr[2][4],
			      const uint16_t port[2], unsigned *sender)
{
	int order = memcmp(addr[0], addr[1], sizeof(addr[0]));
	struct entry *entry;
	struct ends ends;

	*sender = order > 0 || (order == 0 && port[0] > port[1]);
	memset(&ends, 0, sizeof(ends));
	for (unsigned i = 0; i < 2; i++) {
		memcpy(ends.addr[i ^ *sender], addr[i], sizeof(ends.addr[i]));
		ends.port[i ^ *sender] = port[i];
	}
	HASH_FIND(hh, facts->entries, &ends, sizeof(ends), entry);
	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		abort();
	entry->ends = ends;
	HASH_ADD(hh, facts->entries, ends, sizeof(entry->ends), entry);
	return entry;
}

static bool begins_handshake(struct bytes payload)
{
	enum tls_sniffed sniffed = tls_sniff(payload.p, (uint32_t)payload.n);

	return sniffed == TLS_SNIFFED_CLIENT_HELLO || sniffed == TLS_SNIFFED_CUT;
}

/* A hello begins here: did anything come that its sender or its receiver sent after it? */
static bool comes_late(const struct entry *entry, const struct tcp_segment *segment,
		       unsigned sender, uint32_t seq)
{
	return (entry->started[sender] && seq_before(seq, entry->next[sender])) ||
	       (segment->flags & TH_ACK && entry->started[!sender] &&
		seq_before(segment->ack, entry->next[!sender]));
}

static void know(struct entry *entry, enum fact fact, bool holds)
{
	if (holds)
		entry->known |= 1U << fact;
}

/* A new connection on the ports of an earlier one, or the start of this one, too late. */
static void on_syn(struct entry *entry, const struct tcp_segment *segment, unsigned sender)
{
	know(entry, FACT_LATE_SYN,
	     !(segment->flags & TH_ACK) && entry->started[sender] &&
		     entry->next[sender] - segment->seq - 1 < SYN_LATE_MAX &&
		     entry->next[sender] != segment->seq + 1);
	entry->started[sender] = entry->hello = false;
}

void facts_segment(struct facts *facts, const struct tcp_segment *segment)
{
	unsigned sender;
	struct entry *entry = entry_of(facts, segment->addr, segment->port, &sender);
	uint32_t seq = segment->seq + !!(segment->flags & TH_SYN);
	uint32_t end = seq + (uint32_t)segment->payload.n + segment->cut;

	if (segment->flags & TH_SYN)
		on_syn(entry, segment, sender);
	if (!entry->hello && begins_handshake(segment->payload)) {
		entry->hello = true;
		know(entry, FACT_EARLY, comes_late(entry, segment, sender, seq));
	}
	know(entry, FACT_AHEAD,
	     segment->flags & TH_ACK && !(segment->flags & (TH_SYN | TH_RST)) &&
		     (!entry->started[!sender] ||
		      seq_before(entry->next[!sender] + 1, segment->ack)));
	know(entry, FACT_LATE_DATA,
	     segment->flags & TH_FIN && entry->started[sender] &&
		     seq_before(entry->next[sender], seq));
	if (entry->started[sender] && end != seq) {
		know(entry, FACT_GAP, seq_before(entry->next[sender], seq));
		know(entry, FACT_AGAIN, seq_before(seq, entry->next[sender]));
	}
	if (!entry->started[sender] || seq_before(entry->next[sender], end))
		entry->next[sender] = end;
	entry->started[sender] = true;
}

void facts_note(struct facts *facts, const struct tcp_segment *segment, enum fact fact)
{
	unsigned sender;

	entry_of(facts, segment->addr, segment->port, &sender)->known |= 1U << fact;
}

void facts_note_event(struct facts *facts, const struct st_event *event, enum fact fact)
{
	const uint16_t port[2] = { ntohs(event->key.port[0]), ntohs(event->key.port[1]) };
	uint32_t addr[2][4];
	unsigned sender;

	memcpy(addr, event->key.addr, sizeof(addr));
	entry_of(facts, addr, port, &sender)->known |= 1U << fact;
}

void facts_print(const struct facts *facts, FILE *out)
{
	const struct entry *entry;
	char text[ADDR_TEXT_SIZE];

	for (entry = facts->entries; entry; entry = entry->hh.next) {
		if (!entry->known)
			continue;
		fprintf(out, "fact");
		for (unsigned i = 0; i < 2; i++) {
			addr_text(entry->ends.addr[i], text);
			fprintf(out, "\t%s\t%u", text, entry->ends.port[i]);
		}
		for (unsigned i = 0; i < FACTS; i++)
			if (entry->known & 1U << i)
				fprintf(out, "\t%s", names[i]);
		fprintf(out, "\n");
	}
}
