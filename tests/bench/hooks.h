/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SHAKETAP_BENCH_HOOKS_H
#define SHAKETAP_BENCH_HOOKS_H

/* Attaches the program (its descriptor) to both hooks of the device, until the process ends. */
void hooks_attach(int program, const char *device);

#endif
