/* SPDX-License-Identifier: BSD-2-Clause */
/* The address to serve on, as the option gives it. */
#ifndef SHAKETAP_LISTEN_H
#define SHAKETAP_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * "127.0.0.1:9743" or "[::]:9743": a numeric address, no name, and a port from
 * 1 to 65535. False, and *out unchanged, for anything else.
 */
bool http_listen_parse(const char *listen, struct sockaddr_storage *out);

/* A socket that listens there, not blocking, or -errno. */
int http_listen_open(const struct sockaddr_storage *address);

/* Can only this host reach the address? 127.0.0.0/8 and ::1. */
bool http_listen_is_loopback(const struct sockaddr_storage *address);

#endif
