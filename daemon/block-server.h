/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers the block helper, which udev runs for each USB disk and waits for. */
#pragma once

#include "daemon/manager.h"

/* Listens on UZ_BLOCK_SOCKET in m->run_fd, for root alone. */
int block_server_new(Manager *m, BlockServer **ret) _must_check_;
BlockServer *block_server_free(BlockServer *s);
