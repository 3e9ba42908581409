/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c tests/bpf/layers.c */
/* Handshakes inside tunnels, where the packet around them passes. */
#include "layers.h"
#include "rig.h"

enum { HELLO_BODY = 200, HELLO_LEN = HELLO_BODY + 9 };

/* IP protocols, types of Ethernet, ports: as IANA and IEEE number them. */
enum {
	P_IPIP = 4,
	P_TCP = 6,
	P_UDP = 17,
	P_IPV6 = 41,
	P_GRE = 47,
	P_FRAGMENT = 44,
	P_DSTOPTS = 60
};
enum {
	T_IP = 0x0800,
	T_ARP = 0x0806,
	T_BRIDGED = 0x6558,
	T_VLAN = 0x8100,
	T_IPV6 = 0x86dd,
	T_PPP = 0x880b
};
enum { VXLAN_PORT = 4789, VXLAN_OLD_PORT = 8472, GENEVE_PORT = 6081 };
enum { MORE_FRAGMENTS = 0x2000 };
enum { WHOLE_IP6 = 14 + 40 }; /* a test run takes no IP header that is cut */

struct row {
	const char *says;
	struct layer layers[LAYERS_MAX];
	struct frame inner;
	size_t padding;
	int count; /* enum st_count that goes up by one; -1: none */
	uint16_t vlan;
};

static uint8_t hello[HELLO_LEN];

#define OVER_IP4(protocol) ETHERNET(T_IP), IP4(protocol)
#define OVER_IP6(protocol) ETHERNET(T_IPV6), IP6(protocol)
#define IN_VXLAN OVER_IP4(P_UDP), UDP(VXLAN_PORT), VXLAN()
#define BARE .inner = { .bare = true }
#define BARE6 .inner = { .bare = true, .ip6 = true }

static const struct row followed[] = {
	{ .says = "VXLAN", .layers = { IN_VXLAN } },
	{ .says = "VXLAN, IPv6 inside", .layers = { IN_VXLAN }, .inner = { .ip6 = true } },
	{ .says = "VXLAN by the port of old",
	  .layers = { OVER_IP4(P_UDP), UDP(VXLAN_OLD_PORT), VXLAN() } },
	{ .says = "VXLAN over IPv6", .layers = { OVER_IP6(P_UDP), UDP(VXLAN_PORT), VXLAN() } },
	{ .says = "VXLAN with a group policy",
	  .layers = { OVER_IP4(P_UDP), UDP(VXLAN_PORT), VXLAN(.field = 0x80) } },
	{ .says = "VXLAN behind IPv4 options",
	  .layers = { ETHERNET(T_IP), IP4(P_UDP, .options = 12), UDP(VXLAN_PORT), VXLAN() } },
	{ .says = "VXLAN behind a destination option",
	  .layers = { OVER_IP6(P_DSTOPTS), EXTENSION(P_UDP), UDP(VXLAN_PORT), VXLAN() } },
	{ .says = "VXLAN in a UDP packet of no told length",
	  .layers = { OVER_IP4(P_UDP), UDP(VXLAN_PORT, .lie = -(8 + 8 + 14 + 20 + 20 + HELLO_LEN)),
		      VXLAN() } },
	{ .says = "VXLAN, padded", .layers = { IN_VXLAN }, .padding = 9 },
	{ .says = "the outer tag counts",
	  .layers = { ETHERNET(T_VLAN), TAG(T_IP, 7), IP4(P_UDP), UDP(VXLAN_PORT), VXLAN() },
	  .inner = { .vlans = 1, .vlan = { 9 } },
	  .vlan = 7 },
	{ .says = "two tags inside, and they are not the packet's",
	  .layers = { IN_VXLAN },
	  .inner = { .vlans = 2, .vlan = { 9, 10 } } },
	{ .says = "Geneve", .layers = { OVER_IP4(P_UDP), UDP(GENEVE_PORT), GENEVE(T_BRIDGED) } },
	{ .says = "Geneve with options and IP at once",
	  .layers = { OVER_IP4(P_UDP), UDP(GENEVE_PORT), GENEVE(T_IP, .field = 0x0300) },
	  BARE },
	{ .says = "Geneve over IPv6, IPv6 inside",
	  .layers = { OVER_IP6(P_UDP), UDP(GENEVE_PORT), GENEVE(T_IPV6, .field = 0x3f00) },
	  BARE6 },
	{ .says = "GRE", .layers = { OVER_IP4(P_GRE), GRE(T_IP) }, BARE },
	{ .says = "GRE, IPv6 inside", .layers = { OVER_IP4(P_GRE), GRE(T_IPV6) }, BARE6 },
	{ .says = "GRE with a checksum",
	  .layers = { OVER_IP4(P_GRE), GRE(T_IP, .field = 0x8000) },
	  BARE },
	{ .says = "GRE with a key",
	  .layers = { OVER_IP4(P_GRE), GRE(T_IP, .field = 0x2000) },
	  BARE },
	{ .says = "GRE with all three",
	  .layers = { OVER_IP4(P_GRE), GRE(T_IP, .field = 0xb000) },
	  BARE },
	{ .says = "GRE with Ethernet",
	  .layers = { OVER_IP4(P_GRE), GRE(T_BRIDGED, .field = 0x2000) } },
	{ .says = "GRE over IPv6, as Linux sends it",
	  .layers = { OVER_IP6(P_DSTOPTS), EXTENSION(P_GRE), GRE(T_IP) },
	  BARE },
	{ .says = "IP in IP", .layers = { OVER_IP4(P_IPIP) }, BARE },
	{ .says = "IP in IP, options outside",
	  .layers = { ETHERNET(T_IP), IP4(P_IPIP, .options = 40) },
	  BARE },
	{ .says = "IP in IP, options inside",
	  .layers = { OVER_IP4(P_IPIP) },
	  .inner = { .bare = true, .ip_options = 8 } },
	{ .says = "6in4", .layers = { OVER_IP4(P_IPV6) }, BARE6 },
	{ .says = "4in6", .layers = { OVER_IP6(P_IPIP) }, BARE },
	{ .says = "6in6", .layers = { OVER_IP6(P_IPV6) }, BARE6 },
	{ .says = "a fragment that is the whole",
	  .layers = { OVER_IP6(P_FRAGMENT), EXTENSION(P_IPIP) },
	  BARE },
	{ .says = "GRE in VXLAN", .layers = { IN_VXLAN, OVER_IP4(P_GRE), GRE(T_IP) }, BARE },
	{ .says = "VXLAN in IP in IP",
	  .layers = { OVER_IP4(P_IPIP), IP4(P_UDP), UDP(VXLAN_PORT), VXLAN() } },
	{ .says = "usual options of TCP", .layers = { IN_VXLAN }, .inner = { .tcp_options = 12 } },
};

static const struct row not_followed[] = {
	{ .says = "another port", .layers = { OVER_IP4(P_UDP), UDP(53), VXLAN() }, .count = -1 },
	{ .says = "another port over IPv6",
	  .layers = { OVER_IP6(P_UDP), UDP(443), VXLAN() },
	  .count = -1 },
	{ .says = "another port behind options",
	  .layers = { ETHERNET(T_IP), IP4(P_UDP, .options = 4), UDP(53), VXLAN() },
	  .count = -1 },
	{ .says = "another port behind an extension header",
	  .layers = { OVER_IP6(P_DSTOPTS), EXTENSION(P_UDP), UDP(53), VXLAN() },
	  .count = -1 },
	{ .says = "another IP protocol", .layers = { OVER_IP4(50) }, BARE, .count = -1 },
	{ .says = "VXLAN without a network",
	  .layers = { OVER_IP4(P_UDP), UDP(VXLAN_PORT), VXLAN(.field = 0x08) },
	  .count = -1 },
	{ .says = "Geneve, options alone",
	  .layers = { OVER_IP4(P_UDP), UDP(GENEVE_PORT), GENEVE(T_BRIDGED, .field = 0x0080) },
	  .count = -1 },
	{ .says = "Geneve of another version",
	  .layers = { OVER_IP4(P_UDP), UDP(GENEVE_PORT), GENEVE(T_BRIDGED, .field = 0x4000) },
	  .count = -1 },
	{ .says = "GRE with PPP",
	  .layers = { OVER_IP4(P_GRE), GRE(T_PPP, .field = 0x2001) },
	  BARE,
	  .count = -1 },
	{ .says = "GRE with a route",
	  .layers = { OVER_IP4(P_GRE), GRE(T_IP, .field = 0x4000) },
	  BARE,
	  .count = -1 },
	{ .says = "GRE with something else",
	  .layers = { OVER_IP4(P_GRE), GRE(T_ARP) },
	  BARE,
	  .count = -1 },
	{ .says = "something else in VXLAN",
	  .layers = { IN_VXLAN },
	  .inner = { .ethertype = T_ARP },
	  .count = -1 },
	{ .says = "UDP in VXLAN",
	  .layers = { IN_VXLAN },
	  .inner = { .protocol = P_UDP },
	  .count = -1 },
	{ .says = "a later fragment of UDP",
	  .layers = { ETHERNET(T_IP), IP4(P_UDP, .field = 1), UDP(VXLAN_PORT), VXLAN() },
	  .count = -1 },
	{ .says = "a first fragment of other UDP",
	  .layers = { ETHERNET(T_IP), IP4(P_UDP, .field = MORE_FRAGMENTS), UDP(53), VXLAN() },
	  .count = -1 },
	{ .says = "a first fragment of other UDP over IPv6",
	  .layers = { OVER_IP6(P_FRAGMENT), EXTENSION(P_UDP, .field = 1), UDP(53), VXLAN() },
	  .count = -1 },
	{ .says = "a later fragment of UDP over IPv6",
	  .layers = { OVER_IP6(P_FRAGMENT), EXTENSION(P_UDP, .field = 8), UDP(VXLAN_PORT),
		      VXLAN() },
	  .count = -1 },
	{ .says = "an inside too short for TCP",
	  .layers = { ETHERNET(T_IP), IP4(P_IPIP, .lie = -(HELLO_LEN + 1)) },
	  BARE,
	  .count = -1 },
	{ .says = "a first fragment of VXLAN",
	  .layers = { ETHERNET(T_IP), IP4(P_UDP, .field = MORE_FRAGMENTS), UDP(VXLAN_PORT),
		      VXLAN() },
	  .count = ST_COUNT_REFUSED_FRAGMENT },
	{ .says = "a first fragment of VXLAN over IPv6",
	  .layers = { OVER_IP6(P_FRAGMENT), EXTENSION(P_UDP, .field = 1), UDP(VXLAN_PORT),
		      VXLAN() },
	  .count = ST_COUNT_REFUSED_FRAGMENT },
	{ .says = "a later fragment of GRE",
	  .layers = { ETHERNET(T_IP), IP4(P_GRE, .field = 5), GRE(T_IP) },
	  BARE,
	  .count = ST_COUNT_REFUSED_FRAGMENT },
	{ .says = "a later fragment of 6in6",
	  .layers = { OVER_IP6(P_FRAGMENT), EXTENSION(P_IPV6, .field = 8) },
	  BARE6,
	  .count = ST_COUNT_REFUSED_FRAGMENT },
	{ .says = "a fragment inside",
	  .layers = { IN_VXLAN },
	  .inner = { .fragment = MORE_FRAGMENTS },
	  .count = ST_COUNT_REFUSED_FRAGMENT },
	{ .says = "IP longer than the frame",
	  .layers = { ETHERNET(T_IP), IP4(P_IPIP, .lie = 1) },
	  BARE,
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "IPv6 longer than the frame",
	  .layers = { ETHERNET(T_IPV6), IP6(P_IPIP, .lie = 1) },
	  BARE,
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "UDP longer than IP",
	  .layers = { OVER_IP4(P_UDP), UDP(VXLAN_PORT, .lie = 1), VXLAN() },
	  .padding = 9,
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "UDP shorter than its header and VXLAN's",
	  .layers = { OVER_IP4(P_UDP), UDP(VXLAN_PORT, .lie = -(14 + 20 + 20 + HELLO_LEN + 1)),
		      VXLAN() },
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "longer inside than outside",
	  .layers = { OVER_IP4(P_IPIP) },
	  .inner = { .bare = true, .total_more = 1 },
	  .padding = 9,
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "IPv6 longer inside than outside",
	  .layers = { OVER_IP4(P_IPV6) },
	  .inner = { .bare = true, .ip6 = true, .total_more = 1 },
	  .padding = 9,
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "longer inside than UDP",
	  .layers = { IN_VXLAN },
	  .inner = { .total_more = 1 },
	  .padding = 9,
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "inside, IPv4 header length below its minimum",
	  .layers = { IN_VXLAN },
	  .inner = { .ihl = 4 },
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "inside, shorter than the TCP header",
	  .layers = { IN_VXLAN },
	  .inner = { .total_more = -(HELLO_LEN + 1) },
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "options of Geneve beyond the end",
	  .layers = { ETHERNET(T_IP), IP4(P_UDP, .lie = -(20 + 20 + HELLO_LEN + 1)),
		      UDP(GENEVE_PORT, .lie = -(20 + 20 + HELLO_LEN + 1)),
		      GENEVE(T_IP, .field = 0x0300) },
	  BARE,
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "options of GRE beyond the end",
	  .layers = { ETHERNET(T_IP), IP4(P_GRE, .lie = -(20 + 20 + HELLO_LEN + 1)),
		      GRE(T_IP, .field = 0xb000) },
	  BARE,
	  .count = ST_COUNT_REFUSED_MALFORMED },
	{ .says = "three tags inside",
	  .layers = { IN_VXLAN },
	  .inner = { .vlans = 3, .vlan = { 1, 2, 3 } },
	  .count = ST_COUNT_REFUSED_VLAN_DEPTH },
	{ .says = "three tunnels",
	  .layers = { OVER_IP4(P_IPIP), IP4(P_IPIP), IP4(P_IPIP) },
	  BARE,
	  .count = ST_COUNT_REFUSED_TUNNEL_DEPTH },
	{ .says = "three, the last of another kind",
	  .layers = { IN_VXLAN, OVER_IP4(P_IPIP), IP4(P_GRE), GRE(T_IP) },
	  BARE,
	  .count = ST_COUNT_REFUSED_TUNNEL_DEPTH },
};

static struct frame hello_of(const struct row *row)
{
	struct frame frame = row->inner;

	frame.payload = hello;
	frame.n = sizeof(hello);
	frame.seq = 1000;
	frame.ack = 500000;
	return frame;
}

static void feed(struct rig *rig, const struct row *row, const struct frame *inner)
{
	static uint8_t bytes[FRAME_MAX];

	rig_bytes(rig, false, bytes, layers_build(row->layers, inner, row->padding, bytes));
}

/* The flow is that of the addresses inside: the answer, in no tunnel, belongs to it. */
static void follows(struct rig *rig, const struct row *row)
{
	struct frame frame = hello_of(row);
	const struct seen *seen;
	struct st_flow_key key;
	uint64_t flow;

	rig->base.ip6 = frame.ip6;
	key = base_key(rig);
	feed(rig, row, &frame);
	seen = only_event(rig, ST_EVENT_DATA, sizeof(hello));
	assert_memory_equal(seen->payload, hello, sizeof(hello));
	assert_memory_equal(&seen->event.key, &key, sizeof(key));
	assert_int_equal(seen->event.seq, 1000);
	assert_int_equal(seen->event.ack, 500000);
	assert_int_equal(seen->event.vlan, row->vlan);
	flow = seen->event.flow;
	rig->next[SERVER] = 500000;
	server_hello(rig);
	assert_int_equal(rig_events(rig), 1);
	assert_int_equal(rig->seen[0].event.flow, flow);
}

static void follows_what_is_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(followed) / sizeof(followed[0]); i++) {
		void *rig;

		print_message("# %s\n", followed[i].says);
		assert_int_equal(rig_setup(&rig), 0);
		follows(rig, &followed[i]);
		for (int what = ST_COUNT_REFUSED_FRAGMENT; what <= ST_COUNT_RAW_MODE; what++)
			assert_int_equal(count_of(rig, what), 0);
		rig_teardown(&rig);
	}
}

static void leaves_or_refuses(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(not_followed) / sizeof(not_followed[0]); i++) {
		const struct row *row = &not_followed[i];
		struct frame frame = hello_of(row);
		uint64_t before[ST_COUNTS];

		print_message("# %s\n", row->says);
		for (int what = 0; what < ST_COUNTS; what++)
			before[what] = count_of(rig, what);
		feed(rig, row, &frame);
		no_events(rig);
		for (int what = 0; what < ST_COUNTS; what++)
			assert_int_equal(count_of(rig, what) - before[what], what == row->count);
	}
	assert_int_equal(flow_count(rig), 0);
}

/* Cut anywhere, nothing of it is taken for a handshake and no step goes beyond the end. */
static void cut_anywhere(void **state)
{
	struct rig *rig = *state;
	static uint8_t bytes[FRAME_MAX];

	for (size_t i = 0; i < sizeof(followed) / sizeof(followed[0]); i++) {
		struct frame frame = hello_of(&followed[i]);
		size_t n = layers_build(followed[i].layers, &frame, 0, bytes);

		for (size_t cut = WHOLE_IP6; cut < n - followed[i].padding;
		     cut += cut < 160 ? 1 : 16)
			rig_bytes(rig, false, bytes, cut);
		no_events(rig);
	}
	assert_int_equal(flow_count(rig), 0);
}

/* The tunnel's device and the one below it: who comes first owns the direction. */
static void one_handshake_in_both(void **state)
{
	(void)state;
	for (int outer_first = 0; outer_first < 2; outer_first++) {
		struct rig *rig;
		struct frame frame = hello_of(&followed[0]);

		assert_int_equal(rig_setup((void **)&rig), 0);
		for (int pass = 0; pass < 2; pass++) {
			rig->egress = pass;
			if (outer_first != pass)
				feed(rig, &followed[0], &frame);
			else
				rig_frame(rig, &frame);
		}
		only_event(rig, ST_EVENT_DATA, sizeof(hello));
		assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 1);
		assert_int_equal(count_of(rig, ST_COUNT_FLOWS_OPENED), 1);
		rig_teardown((void **)&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_what_is_inside),
		cmocka_unit_test_setup_teardown(leaves_or_refuses, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(cut_anywhere, rig_setup, rig_teardown),
		cmocka_unit_test(one_handshake_in_both),
	};

	tls_hello(hello, TLS_HANDSHAKE_CLIENT_HELLO, HELLO_BODY);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
