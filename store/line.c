/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the ledger, each by itself. */
#include "store/line.h"

#include <json-c/json.h>
#include <string.h>

bool line_claims(const char *line, size_t size, Chain *ret)
{
        json_tokener *t = json_tokener_new();
        json_object *o = t ? json_tokener_parse_ex(t, line, (int)size) : NULL;
        json_object *seq = NULL, *prev = NULL;
        bool ok;

        ok = json_object_is_type(o, json_type_object) &&
             json_object_object_get_ex(o, "seq", &seq) &&
             json_object_object_get_ex(o, "prev", &prev) && json_object_get_uint64(seq) > 0 &&
             json_object_is_type(prev, json_type_string) &&
             chain_head_parse(json_object_get_string(prev), ret) == 0;
        if (ok)
                ret->seq = json_object_get_uint64(seq) - 1;
        (void)json_object_put(o);
        if (t)
                json_tokener_free(t);
        return ok;
}

bool line_holds(const Chain *claims, const char *line, size_t size)
{
        uint8_t hash[DIGEST_SIZE];

        return digest_compute_as(claims->hash, line, size, hash) == 0 &&
               memcmp(claims->head, hash, sizeof(hash)) == 0;
}

bool line_is_sealed(const char *line, size_t size)
{
        uint8_t mac[DIGEST_SIZE];
        size_t covered;
        Hash hash;

        return chain_line_mac(line, size + 1, &covered, &hash, mac) == 1; /* with its newline */
}

bool line_is_stop(const char *line, size_t size)
{
        static const char *const stop = "stop";

        return chain_line_kind(line, size, &stop, 1) > 0;
}

const char *line_break_kind(int outcome)
{
        switch (outcome) {
        case CHAIN_E_RESEALED:
                return "resealed";
        case CHAIN_E_UNSEALED:
                return "unsealed";
        case CHAIN_E_GAP:
                return "gap";
        case CHAIN_E_AGAIN:
                return "misplaced";
        case CHAIN_E_NAME:
                return "swapped-segments";
        case CHAIN_E_REMOVED:
                return "removed-segment";
        case CHAIN_E_FILE:
                return "replaced";
        }
        return outcome > 0 ? "altered" : NULL;
}
