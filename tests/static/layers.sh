#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib <- policy <- store <- {daemon, cli}: who may include whom, and that policy.a calls nothing that
# does I/O, reads a clock, logs, or looks at the process it runs in.
. "$(dirname "$0")/common.sh"
need nm awk

# room FOLDER ALLOWED-PROJECT-HEADERS FORBIDDEN-SYSTEM-HEADERS (extended regular expressions)
room() {
        files "./$1/*.[ch]" | xargs -r awk -v ours="^($2)/" -v theirs="^($3)" '
                match($0, /^[ \t]*#[ \t]*include[ \t]*"[^"]*"/) {
                        split($0, part, "\"")
                        if (part[2] !~ ours)
                                print FILENAME ":" FNR ": \"" part[2] "\""
                }
                match($0, /^[ \t]*#[ \t]*include[ \t]*<[^>]*>/) {
                        split($0, part, /[<>]/)
                        if (theirs != "^()" && part[2] ~ theirs)
                                print FILENAME ":" FNR ": <" part[2] ">"
                }'
}

outside='openssl/|systemd/|json-c/|libudev|libusb|seccomp|linux/usb|criterion'
io='fcntl|unistd|time\.h|sys/(socket|stat|mman|ioctl|time|un|epoll|uio|random)|syslog|dirent|poll|signal|pthread|locale|libintl|linux/|systemd/|json-c/|libudev|libusb|seccomp'
complain_each 'may not be included here (docs/HACKING.md, rooms)' < <(
        room lib lib "$outside"
        room policy 'lib|policy' "$io"
        room store 'lib|policy|store' 'systemd/sd-(bus|event|journal|daemon|login|device)|libudev|libusb|seccomp|libintl'
        room daemon 'lib|policy|store|daemon' 'libusb|seccomp'
        room daemon/probe 'lib|policy|daemon/probe' 'systemd/|json-c/|libudev|openssl/'
        room daemon/block 'lib|policy|daemon/block' 'systemd/|json-c/|libudev|libusb|openssl/'
        room cli 'lib|policy|store|cli' 'libusb'
        room notice 'lib|policy|notice' 'json-c/|libudev|libusb|seccomp|openssl/'
)

# The archive: every symbol that policy.a takes from elsewhere must be on this list of functions
# without side effects. A new one is added here only if that is true of it.
pure='mem(cpy|move|set|cmp|chr|rchr|mem)|explicit_bzero|str(n?len|n?cmp|n?casecmp|r?chr|n?cpy|dup|ndup|chrnul|spn|cspn|pbrk|str|sep|tok_r|tou?ll?)'
pure+='|stpcpy|rawmemchr|__isoc(99|23)_sscanf|v?s?nprintf|v?asprintf|open_memstream|f(printf|write|putc|puts|close|flush)|putc'
pure+='|malloc|calloc|realloc|reallocarray|free|qsort|bsearch|abort|__assert_fail|__errno_location'
pure+='|__(mem(cpy|move|set)|str(n?cpy|cat)|stpn?cpy|v?s?nprintf|v?asprintf|explicit_bzero|fprintf)_chk|__stack_chk_fail'
pure+='|__ctype_[a-z_]*|timegm|gmtime_r|_GLOBAL_OFFSET_TABLE_'
pure+='|EVP_[A-Za-z0-9_]*|ED25519_[a-z]*|EC(DSA|_[A-Z]+)_[A-Za-z0-9_]*|BN_[A-Za-z0-9_]*|OSSL_PARAM_[A-Za-z0-9_]*|OPENSSL_(cleanse|free)'
pure+='|CRYPTO_(memcmp|free|clear_free|malloc)|OBJ_[a-z0-9]*|[di]2[di]_[A-Za-z0-9_]*|PKCS8_[A-Za-z0-9_]*|PKCS5_pbe2_set_scrypt|X509_(SIG|ALGOR)_free|SHA256|ERR_(clear_error|set_mark|pop_to_mark|peek_last_error)'
pure+='|BIO_(new|free|free_all|read|write|ctrl|s_mem|s_secmem|new_mem_buf)|PEM_(read_bio|write_bio)[A-Za-z0-9_]*'
pure+='|RAND_(priv_)?bytes|OSSL_PROVIDER_available'
pure+='|__(asan|ubsan|lsan|sanitizer|sancov|gcov|llvm)_[A-Za-z0-9_]*'

if [ $# -ge 1 ]; then
        archive=$1
        lib=$(dirname "$archive")/lib.a
        # lib/file is for those who do I/O; the rest of lib is free for policy.
        known=$({
                nm --defined-only "$archive"
                nm --defined-only "$lib" | awk '/^file.*\.o:$/ { skip = 1; next } /:$/ { skip = 0 } !skip'
        } 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u)
        [ -n "$known" ] || complain "$archive" 'is empty or missing'
        while read -r object symbol; do
                grep -qxF -e "$symbol" <<<"$known" && continue
                [[ $symbol =~ ^($pure)$ ]] && continue
                source=policy/${object%.o}.c
                line=$(grep -nm1 -w -e "$symbol" "$source" 2>/dev/null | cut -d: -f1)
                complain "$source:${line:-1}" "$symbol is not on the list of calls without side effects"
        done < <(nm -A -u "$archive" | sed -E 's/^[^:]*:([^:]*):.* U (.*)$/\1 \2/' | sort -u)
        # stdout, stderr and stdin are data symbols: a stream of memory is made, never these.
        while read -r object symbol; do
                complain "policy/${object%.o}.c:1" "$symbol: policy prints nothing"
        done < <(nm -A -u "$archive" | sed -nE 's/^[^:]*:([^:]*):.* U (stdin|stdout|stderr)$/\1 \2/p')
fi
finish
