/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/protocols.h"

#include <net/ethernet.h>
#include <netinet/in.h>
#include <pcap/dlt.h>

#include "base/util.h"
#include "file/ip.h"
#include "file/links.h"
#include "file/numbers.h"
#include "file/tags.h"
#include "file/transport.h"
#include "file/tunnels.h"
#include "file/udp_tunnels.h"
#include "file/wifi.h"

struct protocol {
	uint32_t key;
	take_fn *take;
};

/* In each space the usual ones first. */
static const struct protocol links[] = {
	{ DLT_EN10MB, take_ethernet },
	{ DLT_RAW, take_raw_ip },
	{ DLT_LINUX_SLL, take_sll },
	{ DLT_LINUX_SLL2, take_sll2 },
	{ DLT_NULL, take_loopback },
	{ DLT_LOOP, take_loopback },
	{ DLT_IPV4, take_raw_ip },
	{ DLT_IPV6, take_raw_ip },
	{ DLT_PPP, take_ppp },
	{ DLT_PPP_SERIAL, take_ppp },
	{ DLT_PPP_WITH_DIR, take_ppp_with_direction },
	{ DLT_PPP_ETHER, take_pppoe },
	{ DLT_C_HDLC, take_cisco_hdlc },
	{ DLT_FDDI, take_fddi },
	{ DLT_ATM_RFC1483, take_llc },
	{ DLT_IEEE802_11, take_wifi },
	{ DLT_IEEE802_11_RADIO, take_radiotap },
	{ DLT_PPI, take_ppi },
};

static const struct protocol ethertypes[] = {
	{ ETHERTYPE_IP, take_ip4 },
	{ ETHERTYPE_IPV6, take_ip6 },
	{ ETHERTYPE_VLAN, take_vlan },
	{ TYPE_8021AD, take_vlan },
	{ TYPE_QINQ, take_vlan },
	{ TYPE_MPLS, take_mpls },
	{ TYPE_MPLS_MULTICAST, take_mpls },
	{ TYPE_PPPOE_SESSION, take_pppoe },
	{ TYPE_CISCO_METADATA, take_cisco_metadata },
	{ TYPE_MACSEC, take_macsec },
	{ TYPE_VN_TAG, take_vn_tag },
	{ TYPE_E_TAG, take_e_tag },
	{ TYPE_NSH, take_nsh },
	{ TYPE_BRIDGED, take_ethernet },
	{ TYPE_ERSPAN3, take_erspan3 },
	{ TYPE_PPP, take_ppp },
};

static const struct protocol ip_protocols[] = {
	{ IPPROTO_TCP, take_tcp },
	{ IPPROTO_UDP, take_udp },
	{ IPPROTO_HOPOPTS, take_ip6_extension },
	{ IPPROTO_IPIP, take_ip4 },
	{ IPPROTO_IPV6, take_ip6 },
	{ IPPROTO_ROUTING, take_ip6_extension },
	{ IPPROTO_FRAGMENT, take_ip6_fragment },
	{ IPPROTO_DSTOPTS, take_ip6_extension },
	{ IPPROTO_MH, take_ip6_extension },
	{ IP_PROTOCOL_HIP, take_ip6_extension },
	{ IP_PROTOCOL_SHIM6, take_ip6_extension },
	{ IPPROTO_AH, take_ah },
	{ IPPROTO_GRE, take_gre },
	{ IP_PROTOCOL_ETHERIP, take_etherip },
	{ IPPROTO_MPLS, take_mpls },
};

static const struct protocol udp_to[] = {
	{ UDP_VXLAN, take_vxlan },   { UDP_VXLAN_LINUX, take_vxlan },
	{ UDP_GENEVE, take_geneve }, { UDP_GTP, take_gtp },
	{ UDP_L2TP, take_l2tp },     { UDP_CAPWAP_DATA, take_capwap },
	{ UDP_TEREDO, take_teredo }, { UDP_VXLAN_GPE, take_vxlan_gpe },
	{ UDP_MPLS, take_mpls },
};

/* Those whose answers come from the port: the others choose it at random (RFC 7348, RFC 8926). */
static const struct protocol udp_from[] = {
	{ UDP_L2TP, take_l2tp },
	{ UDP_CAPWAP_DATA, take_capwap },
	{ UDP_TEREDO, take_teredo },
};

static const struct protocol inner[] = {
	{ 1, take_ip4 }, { 2, take_ip6 }, { 3, take_ethernet }, { 4, take_nsh }, { 5, take_mpls },
};

#define SPACE(rows)                    \
	{                              \
		rows, ARRAY_SIZE(rows) \
	}

static const struct {
	const struct protocol *rows;
	size_t n;
} spaces[KEY_SPACES] = {
	[KEY_LINK] = SPACE(links),
	[KEY_ETHERTYPE] = SPACE(ethertypes),
	[KEY_IP_PROTOCOL] = SPACE(ip_protocols),
	[KEY_UDP_TO] = SPACE(udp_to),
	[KEY_UDP_FROM] = SPACE(udp_from),
	[KEY_INNER] = SPACE(inner),
};

take_fn *protocol_find(enum key_space space, uint32_t key)
{
	const struct protocol *row = spaces[space].rows;
	const struct protocol *end = row + spaces[space].n;

	for (; row < end; row++)
		if (row->key == key)
			return row->take;
	return NULL;
}
