/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/*
 * Down to TCP: which frames are understood, which are refused and how that is counted.
 * Every frame of every test also proves that the verdict is TCX_NEXT (rig_frame()).
 */
#include "rig.h"

#define HELLO_BODY 200
#define HELLO_LEN (5 + 4 + HELLO_BODY)

enum { HOPOPTS = 0, UDP = 17, ROUTING = 43, FRAGMENT = 44, AH = 51, ICMP6 = 58, DSTOPTS = 60 };
enum { ARP = 0x0806, MORE_FRAGMENTS = 0x2000, DONT_FRAGMENT = 0x4000 };

static uint8_t hello[HELLO_LEN];

struct capture_case {
	const char *says;
	struct frame frame; /* its payload: the ClientHello, unless it has another length */
	uint16_t vlan;	    /* wanted in the event */
};

static const struct capture_case understood[] = {
	{ "IPv4", { 0 }, 0 },
	{ "IPv6", { .ip6 = true }, 0 },
	{ "IPv4, don't fragment", { .fragment = DONT_FRAGMENT }, 0 },
	{ "IPv4 with the usual TCP options", { .tcp_options = 12 }, 0 },
	{ "IPv6 with the usual TCP options", { .ip6 = true, .tcp_options = 12 }, 0 },
	{ "IPv4 with all options there can be", { .ip_options = 40, .tcp_options = 40 }, 0 },
	{ "IPv4 with IP options and the usual TCP options",
	  { .ip_options = 4, .tcp_options = 12 },
	  0 },
	{ "IPv4 with a frame padded at its end", { .padding = 6 }, 0 },
	{ "IPv4 without length (BIG TCP)", { .total_zero = true }, 0 },
	{ "IPv6 without length (BIG TCP)", { .ip6 = true, .total_zero = true }, 0 },
	{ "VLAN tag", { .vlans = 1, .vlan = { 42 } }, 42 },
	{ "VLAN tag with priority bits", { .vlans = 1, .vlan = { 0xe000 | 4094 } }, 4094 },
	{ "QinQ: the outer id counts", { .vlans = 2, .vlan = { 100, 200 } }, 100 },
	{ "IPv6 in QinQ", { .ip6 = true, .vlans = 2, .vlan = { 7, 8 } }, 7 },
	{ "IPv6 with one extension header",
	  { .ip6 = true, .ext_count = 1, .ext = { HOPOPTS } },
	  0 },
	{ "IPv6 with routing, destination options and the usual TCP options",
	  { .ip6 = true, .ext_count = 2, .ext = { ROUTING, DSTOPTS }, .tcp_options = 12 },
	  0 },
	{ "IPv6 with an authentication header, whose length counts otherwise",
	  { .ip6 = true, .ext_count = 2, .ext = { AH, DSTOPTS } },
	  0 },
	{ "IPv6 with an atomic fragment (RFC 6946)",
	  { .ip6 = true, .ext_count = 1, .ext = { FRAGMENT } },
	  0 },
	{ "IPv6 with six extension headers, as many as RFC 8200 names",
	  { .ip6 = true,
	    .ext_count = 6,
	    .ext = { HOPOPTS, DSTOPTS, ROUTING, FRAGMENT, AH, DSTOPTS } },
	  0 },
	{ "no Ethernet header, IPv4", { .bare = true, .tcp_options = 12 }, 0 },
	{ "no Ethernet header, IPv6", { .bare = true, .ip6 = true, .ip_options = 0 }, 0 },
	{ "any port", { .client_port = 7, .server_port = 65535 }, 0 },
};

/* Far enough apart not to be taken for bytes sent again. */
#define CONNECTION_DISTANCE (1U << 22)

static void check_understood(struct rig *rig, const struct capture_case *c, bool egress,
			     uint32_t seq)
{
	struct frame frame = c->frame;
	const struct seen *seen;
	struct st_flow_key key;

	frame.payload = hello;
	frame.n = sizeof(hello);
	frame.seq = seq;
	frame.ack = 77;
	rig->base = c->frame;
	rig->egress = egress;
	rig_frame(rig, &frame);
	seen = only_event(rig, ST_EVENT_DATA, sizeof(hello));
	key = base_key(rig);
	assert_memory_equal(&seen->event.key, &key, sizeof(key));
	assert_memory_equal(seen->payload, hello, sizeof(hello));
	assert_int_equal(seen->event.sender, CLIENT);
	assert_int_equal(seen->event.seq, frame.seq);
	assert_int_equal(seen->event.ack, 77);
	assert_int_equal(seen->event.vlan, c->vlan);
	assert_int_equal(seen->event.ifindex, 1); /* lo */
	assert_int_equal(seen->event.flags,
			 ST_FLAG_OPENED | ST_FLAG_LOCAL | (egress ? ST_FLAG_EGRESS : 0));
	assert_true(seen->event.time && seen->event.flow && seen->event.cgroup);
	assert_int_equal(seen->event.syn_time, 0);
	assert_true(has_flow(rig, &key));
	/* Leave nothing behind for the next case. */
	rig->next[CLIENT] = seq + (uint32_t)sizeof(hello);
	signal_flags(rig, CLIENT, RST);
	assert_int_equal(rig_events(rig), 1);
	assert_false(has_flow(rig, &key));
	assert_int_equal(open_tags(rig, &key), 0);
}

static void understands_every_layout(void **state)
{
	struct rig *rig = *state;
	uint32_t seq = 0xfffffff0; /* wraps inside the first hello */

	for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++) {
		print_message("# %s\n", understood[i].says);
		check_understood(rig, &understood[i], false, seq);
		check_understood(rig, &understood[i], true, seq - CONNECTION_DISTANCE);
		seq -= 2 * CONNECTION_DISTANCE;
	}
	for (int what = ST_COUNT_LOST_RING_FULL; what <= ST_COUNT_RAW_MODE; what++)
		assert_int_equal(count_of(rig, what), 0);
}

struct refusal {
	const char *says;
	struct frame frame;
	int count; /* enum st_count that goes up by one; -1: none, it is not for us */
};

static const struct refusal refused[] = {
	{ "ARP", { .ethertype = ARP }, -1 },
	{ "UDP over IPv4", { .protocol = UDP }, -1 },
	{ "UDP over IPv6", { .ip6 = true, .protocol = UDP }, -1 },
	{ "ICMPv6 behind an extension header",
	  { .ip6 = true, .protocol = ICMP6, .ext_count = 1, .ext = { HOPOPTS } },
	  -1 },
	{ "shorter than any TCP", { .cut = 14 + 20 + 10 }, -1 },
	{ "an Ethernet type in the wrong header", { .ip6 = true, .ethertype = 0x88cc }, -1 },

	{ "first fragment", { .fragment = MORE_FRAGMENTS }, ST_COUNT_REFUSED_FRAGMENT },
	{ "later fragment", { .fragment = 64 }, ST_COUNT_REFUSED_FRAGMENT },
	{ "UDP in a fragment is none of ours",
	  { .protocol = UDP, .fragment = MORE_FRAGMENTS },
	  -1 },
	{ "IPv6 first fragment",
	  { .ip6 = true, .ext_count = 1, .ext = { FRAGMENT }, .fragment = 1 },
	  ST_COUNT_REFUSED_FRAGMENT },
	{ "IPv6 later fragment behind another header",
	  { .ip6 = true, .ext_count = 2, .ext = { HOPOPTS, FRAGMENT }, .fragment = 8 },
	  ST_COUNT_REFUSED_FRAGMENT },
	{ "IPv6 fragment of UDP is none of ours",
	  { .ip6 = true, .protocol = UDP, .ext_count = 1, .ext = { FRAGMENT }, .fragment = 1 },
	  -1 },

	{ "three VLAN tags", { .vlans = 3, .vlan = { 1, 2, 3 } }, ST_COUNT_REFUSED_VLAN_DEPTH },
	{ "seven extension headers",
	  { .ip6 = true,
	    .ext_count = 7,
	    .ext = { DSTOPTS, DSTOPTS, DSTOPTS, DSTOPTS, DSTOPTS, DSTOPTS, DSTOPTS } },
	  ST_COUNT_REFUSED_HEADER_CHAIN },

	{ "VLAN tag cut off", { .vlans = 1, .cut = 16 }, ST_COUNT_REFUSED_TRUNCATED },
	{ "IPv4 options to the end, and no TCP behind them",
	  { .ip_options = 40, .total_more = -(20 + HELLO_LEN), .cut = 14 + 60 },
	  ST_COUNT_REFUSED_TRUNCATED },
	{ "IPv6 extension headers beyond the end",
	  { .ip6 = true,
	    .ext_count = 4,
	    .ext = { HOPOPTS, DSTOPTS, ROUTING, DSTOPTS },
	    .cut = 14 + 40 + 24 },
	  ST_COUNT_REFUSED_TRUNCATED },
	{ "IPv6 extension headers, and half a TCP header",
	  { .ip6 = true, .ext_count = 2, .ext = { HOPOPTS, DSTOPTS }, .cut = 14 + 40 + 16 + 10 },
	  ST_COUNT_REFUSED_TRUNCATED },

	{ "IPv4 header length below its minimum", { .ihl = 4 }, ST_COUNT_REFUSED_MALFORMED },
	{ "IPv4 length longer than the frame", { .total_more = 1 }, ST_COUNT_REFUSED_MALFORMED },
	{ "IPv6 length longer than the frame",
	  { .ip6 = true, .total_more = 1 },
	  ST_COUNT_REFUSED_MALFORMED },
	{ "IPv4 length shorter than the TCP header",
	  { .total_more = -(HELLO_LEN + 1) },
	  ST_COUNT_REFUSED_MALFORMED },
	{ "IPv6 length shorter than the TCP header",
	  { .ip6 = true, .total_more = -(HELLO_LEN + 1) },
	  ST_COUNT_REFUSED_MALFORMED },
	{ "TCP header length below its minimum", { .doff = 4 }, ST_COUNT_REFUSED_MALFORMED },
	{ "payload not in the frame", { .cut = 14 + 20 + 20 + 100 }, ST_COUNT_REFUSED_MALFORMED },
};

static void refuses_and_counts(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct frame frame = refused[i].frame;
		uint64_t before[ST_COUNTS];

		print_message("# %s\n", refused[i].says);
		for (int what = 0; what < ST_COUNTS; what++)
			before[what] = count_of(rig, what);
		frame.payload = hello;
		frame.n = sizeof(hello);
		rig_frame(rig, &frame);
		no_events(rig);
		for (int what = 0; what < ST_COUNTS; what++)
			assert_int_equal(count_of(rig, what) - before[what],
					 what == refused[i].count);
	}
	assert_int_equal(flow_count(rig), 0);
}

/* Also with a handshake open on the same connection. */
static void pure_ack_is_silent(void **state)
{
	struct rig *rig = *state;
	struct frame padded = { .flags = ACK, .padding = 6 };

	signal_flags(rig, CLIENT, ACK);
	no_events(rig);
	client_hello(rig);
	assert_int_equal(rig_events(rig), 1);
	signal_flags(rig, CLIENT, ACK);
	signal_flags(rig, SERVER, ACK);
	rig_frame(rig, &padded); /* an Ethernet frame has 60 bytes at least: zeros are no payload */
	no_events(rig);
}

struct not_hello {
	const char *says;
	size_t n;
	uint8_t bytes[16];
};

static const struct not_hello not_hellos[] = {
	{ "HTTP", 16, "GET / HTTP/1.1\r" },
	{ "SSH", 16, "SSH-2.0-OpenSSH" },
	{ "zeros", 16, { 0 } },
	{ "an application data record", 16, { 23, 3, 3, 0, 11 } },
	{ "an alert", 7, { 21, 3, 3, 0, 2, 2, 40 } },
	{ "the first byte alone fits", 16, { 22, 9, 1, 0, 200, 1, 0, 0, 196, 3, 3 } },
	{ "a version there is not", 16, { 22, 3, 5, 0, 200, 1, 0, 0, 196, 3, 3 } },
	{ "an empty record", 16, { 22, 3, 1, 0, 0, 1, 0, 0, 196, 3, 3 } },
	{ "a record longer than allowed", 16, { 22, 3, 1, 0x48, 1, 1, 0, 0, 196, 3, 3 } },
	{ "another handshake message", 16, { 22, 3, 3, 0, 200, 11, 0, 0, 196, 3, 3 } },
	{ "a ClientHello too short to be one", 16, { 22, 3, 1, 0, 44, 1, 0, 0, 40, 3, 3 } },
	{ "a ClientHello longer than 64 KB", 16, { 22, 3, 1, 0, 200, 1, 1, 0, 0, 3, 3 } },
	{ "a ClientHello of a version there is not", 16, { 22, 3, 1, 0, 200, 1, 0, 0, 196, 4, 3 } },
	{ "a ServerHello too short to be one", 16, { 22, 3, 3, 0, 39, 2, 0, 0, 35, 3, 3 } },
	{ "random bytes behind 16 03 01", 16, { 22, 3, 1, 0x9a, 0x7c, 1, 0xd3, 0x55, 0x10, 0x8e } },
	{ "two bytes that cannot begin a record", 2, { 22, 7 } },
};

static void what_is_no_hello_opens_nothing(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(not_hellos) / sizeof(not_hellos[0]); i++) {
		print_message("# %s\n", not_hellos[i].says);
		say(rig, CLIENT, not_hellos[i].bytes, not_hellos[i].n);
		no_events(rig);
	}
	assert_int_equal(flow_count(rig), 0);
	assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 0);
}

/* The largest frame a test run takes is what bounds these tests, see rig.h. */
static void takes_a_large_hello_in_pieces(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[PAYLOAD_LIMIT], got[PAYLOAD_LIMIT];
	size_t n = tls_hello(bytes, TLS_HANDSHAKE_CLIENT_HELLO, PAYLOAD_LIMIT - 9);

	say(rig, CLIENT, bytes, n);
	assert_int_equal(rig_events(rig), 2); /* one event carries ST_EVENT_PAYLOAD_MAX at most */
	assert_int_equal(rig->seen[0].event.len, ST_EVENT_PAYLOAD_MAX);
	assert_int_equal(rig->seen[1].event.seq, rig->seen[0].event.seq + ST_EVENT_PAYLOAD_MAX);
	assert_int_equal(rig->seen[0].event.time, rig->seen[1].event.time);
	assert_int_equal(rig->seen[0].event.flags & ST_FLAG_OPENED, ST_FLAG_OPENED);
	assert_int_equal(rig->seen[1].event.flags & ST_FLAG_OPENED, 0);
	assert_int_equal(payload_of(rig, CLIENT, got), n);
	assert_memory_equal(got, bytes, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(understands_every_layout, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(refuses_and_counts, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(pure_ack_is_silent, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(what_is_no_hello_opens_nothing, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(takes_a_large_hello_in_pieces, rig_setup,
						rig_teardown),
	};

	tls_hello(hello, TLS_HANDSHAKE_CLIENT_HELLO, HELLO_BODY);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
