/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that the headers of the C library do not name, or name in ways that depend on it. */
#ifndef SHAKETAP_FILE_NUMBERS_H
#define SHAKETAP_FILE_NUMBERS_H

/* Up to here the field is the length of an LLC frame (IEEE 802.3 clause 3.2.6). */
#define TYPE_LENGTH_MAX 1500

enum ethertype {
	TYPE_ERSPAN3 = 0x22eb,
	TYPE_BRIDGED = 0x6558, /* Ethernet in GRE and Geneve (RFC 1701, RFC 8926) */
	TYPE_PPP = 0x880b,     /* PPP in GRE (RFC 2637) */
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTICAST = 0x8848,
	TYPE_PPPOE_SESSION = 0x8864,
	TYPE_8021AD = 0x88a8,
	TYPE_ERSPAN = 0x88be,
	TYPE_MACSEC = 0x88e5,
	TYPE_CISCO_METADATA = 0x8909,
	TYPE_VN_TAG = 0x8926,
	TYPE_E_TAG = 0x893f, /* IEEE 802.1BR */
	TYPE_NSH = 0x894f,
	TYPE_QINQ = 0x9100, /* 802.1Q in 802.1Q before 802.1ad */
};

enum ip_protocol {
	IP_PROTOCOL_ETHERIP = 97, /* RFC 3378 */
	IP_PROTOCOL_HIP = 139,	  /* RFC 7401 */
	IP_PROTOCOL_SHIM6 = 140,  /* RFC 5533 */
};

enum udp_port {
	UDP_L2TP = 1701,
	UDP_GTP = 2152,
	UDP_TEREDO = 3544,
	UDP_VXLAN = 4789,
	UDP_VXLAN_GPE = 4790,
	UDP_CAPWAP_DATA = 5247,
	UDP_GENEVE = 6081,
	UDP_MPLS = 6635,	/* RFC 7510 */
	UDP_VXLAN_LINUX = 8472, /* what Linux took before IANA gave a number */
};

#endif
