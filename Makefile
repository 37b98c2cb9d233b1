# SPDX-License-Identifier: GPL-2.0-or-later
# Builds, checks, tests and installs usbzone. `make help` lists the targets.

VERSION := 0.1.0
VARIANT ?= debug
B := build/$(VARIANT)

# Directories, GNU names
prefix ?= /usr
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
libexecdir ?= $(exec_prefix)/lib/usbzone
sysconfdir ?= /etc
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
localedir ?= $(datadir)/locale
docdir ?= $(datadir)/doc/usbzone
unitdir ?= /usr/lib/systemd/system
userunitdir ?= /usr/lib/systemd/user
udevrulesdir ?= /usr/lib/udev/rules.d
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
modprobedir ?= $(prefix)/lib/modprobe.d
catalogdir ?= $(prefix)/lib/systemd/catalog
dbuspolicydir ?= $(datadir)/dbus-1/system.d
polkitactionsdir ?= $(datadir)/polkit-1/actions
polkitrulesdir ?= $(datadir)/polkit-1/rules.d
bashcompdir ?= $(datadir)/bash-completion/completions
zshcompdir ?= $(datadir)/zsh/site-functions
fishcompdir ?= $(datadir)/fish/vendor_completions.d
INSTALL ?= install

ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say := @printf '  %-7s %s\n'
endif

# Libraries, asked for once, with an error a person can act on
PKGS := libudev libusb-1.0 libcrypto libsystemd libseccomp json-c zlib liblzma
PACKAGES_BUILD := build-essential pkg-config libudev-dev libusb-1.0-0-dev libssl-dev \
	libsystemd-dev libseccomp-dev libjson-c-dev zlib1g-dev liblzma-dev gettext
PACKAGES_CHECK := libcriterion-dev umockdev libumockdev-dev dbus polkitd systemd udev clang clang-format \
	libclang-rt-14-dev universal-ctags mandoc groff-base shellcheck jq strace procps python3 binutils file \
	dosfstools exfatprogs e2fsprogs fdisk tmux bzip2 xz-utils zstd openssl systemd-journal-remote
PACKAGES_REPORT := chromium fonts-noto-cjk
PACKAGES_DESKTOP := xvfb dunst xfce4-notifyd xfconf adwaita-icon-theme imagemagick fonts-noto-cjk jq dbus
need_pkgs := $(filter-out help clean deps deb deps-check uninstall test demo check-shell check-style,$(or $(MAKECMDGOALS),all))
ifneq ($(need_pkgs),)
ifneq ($(shell pkg-config --exists $(PKGS) 2>/dev/null && echo yes),yes)
$(error Libraries are missing. As root: apt-get install $(PACKAGES_BUILD), or `make deps`)
endif
endif
pkg = $(shell pkg-config --$(1) $(2) 2>/dev/null)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	-Wformat=2 -Wno-format-nonliteral -Wunused-result -Wimplicit-fallthrough
ifeq ($(WERROR),1)
WARN += -Werror
endif

OPT_debug := -O1 -g -fstack-protector-strong
OPT_release := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
OPT_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
OPT_cov := -O0 -g --coverage
OPT_fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LD_release := -Wl,-z,relro,-z,now
LD_asan := -fsanitize=address,undefined
LD_cov := --coverage
LD_fuzz := -fsanitize=address,undefined
ifeq ($(VARIANT),fuzz)
CC := clang
endif

DEFS := -D_GNU_SOURCE -DUZ_VERSION='"$(VERSION)"' -DUZ_LIBEXECDIR='"$(libexecdir)"' \
	-DUZ_LOCALEDIR='"$(localedir)"'
CPPFLAGS_ALL := -I. -I$(B) $(DEFS) $(CPPFLAGS)
CFLAGS_ALL = -std=gnu11 $(OPT_$(VARIANT)) -fPIE $(WARN) $(call pkg,cflags,$(PKGS)) $(CFLAGS)
LDFLAGS_ALL := -pie -Wl,--as-needed -Wl,--gc-sections $(LD_$(VARIANT)) $(LDFLAGS)

# Sources are found, not listed
SRC_lib := $(sort $(wildcard lib/*.c))
SRC_policy := $(sort $(wildcard policy/*.c))
SRC_store := $(sort $(wildcard store/*.c))
SRC_daemon := $(sort $(wildcard daemon/*.c))
SRC_probe := $(sort $(wildcard daemon/probe/*.c))
SRC_block := $(sort $(wildcard daemon/block/*.c))
SRC_cli := $(sort $(wildcard cli/*.c))
SRC_notice := $(sort $(wildcard notice/*.c))
SRC_unit := $(sort $(wildcard tests/unit/*.c))
SRC_fault := $(sort $(wildcard tests/fault/*.c))
SRC_fuzz := $(sort $(wildcard tests/fuzz/fuzz_*.c))
ROOMS := lib policy store daemon probe block cli notice unit fault
ALL_SRC := $(foreach r,$(ROOMS),$(SRC_$(r))) $(SRC_fuzz)
OBJ = $(patsubst %.c,$(B)/%.o,$(SRC_$(1)))

LIBS_daemon := $(call pkg,libs,libudev libsystemd libcrypto json-c)
LIBS_probe := $(call pkg,libs,libusb-1.0 libseccomp)
LIBS_cli := $(call pkg,libs,libudev libsystemd libcrypto libseccomp json-c zlib liblzma)
LIBS_notice := $(call pkg,libs,libsystemd)
LIBS_test := -lcriterion $(call pkg,libs,libudev libsystemd libcrypto json-c)

AR_lib := $(B)/lib.a
AR_policy := $(B)/policy.a
AR_store := $(B)/store.a
PROGRAMS := $(if $(SRC_daemon),$(B)/usbzoned) $(if $(SRC_probe),$(B)/usbzone-probe) \
	$(if $(SRC_block),$(B)/usbzone-block) $(if $(SRC_cli),$(B)/usbzonectl) \
	$(if $(SRC_notice),$(B)/usbzone-notice)
LINGUAS := $(patsubst po/%.po,%,$(wildcard po/*.po))
MO := $(patsubst %,$(B)/po/%.mo,$(LINGUAS))

.PHONY: all help deps deb clean FORCE
all: $(PROGRAMS) $(MO) ## build everything into build/$(VARIANT) (VARIANT=debug|release|asan|cov)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r t d; do printf '  %-16s %s\n' "$$t" "$$d"; done

deps: ## install with apt what building and testing need (root)
	./tests/deps.sh $(PACKAGES_BUILD) $(PACKAGES_CHECK)

# Rebuild when flags or the list of sources change
$(B)/flags: FORCE
	@mkdir -p $(B)
	@echo '$(subst ','\'',$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL))' | cmp -s - $@ || \
		echo '$(subst ','\'',$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL))' > $@
$(B)/sources: FORCE
	@mkdir -p $(B)
	@echo '$(ALL_SRC)' | cmp -s - $@ || echo '$(ALL_SRC)' > $@

$(B)/lib/%.o $(B)/policy/%.o: WARN += -Wconversion
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -ffunction-sections -MMD -MP -c -o $@ $<

define archive
$(AR_$(1)): $(call OBJ,$(1)) $(B)/sources
	$(say) AR $$@
	$(Q)rm -f $$@ && $(AR) rcs $$@ $(call OBJ,$(1))
endef
$(foreach a,lib policy store,$(eval $(call archive,$(a))))

define program
$(1): $(call OBJ,$(2)) $(3) $(B)/sources
	$(say) LD $$@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $$@ $(call OBJ,$(2)) $(3) $(LIBS_$(2))
endef
$(eval $(call program,$(B)/usbzoned,daemon,$(AR_store) $(AR_policy) $(AR_lib)))
$(eval $(call program,$(B)/usbzonectl,cli,$(AR_store) $(AR_policy) $(AR_lib)))
$(eval $(call program,$(B)/usbzone-probe,probe,$(AR_lib)))
$(eval $(call program,$(B)/usbzone-block,block,$(AR_lib)))
$(eval $(call program,$(B)/usbzone-notice,notice,$(AR_policy) $(AR_lib)))

# What the programs say in English, to be read back; made anew when a source changes, new when a message does
SAYING := $(SRC_lib) $(SRC_policy) $(SRC_store) $(SRC_daemon) policy/reason.h po/said po/extract.sh
$(B)/sentences.stamp: $(SAYING) $(B)/sources
	@mkdir -p $(B)/policy
	$(Q)./po/extract.sh --sentences $@
	$(Q)cmp -s $@ $(B)/policy/sentences.h || { printf '  %-7s %s\n' GEN $(B)/policy/sentences.h && cp $@ $(B)/policy/sentences.h; }
$(B)/policy/sentences.h: $(B)/sentences.stamp ;
$(B)/policy/sentence.o: $(B)/policy/sentences.h

$(B)/po/%.mo: po/%.po
	@mkdir -p $(@D)
	$(say) MSGFMT $@
	$(Q)msgfmt --check -o $@ $<

-include $(patsubst %.c,$(B)/%.d,$(ALL_SRC))

include tests/rules.mk
include install.mk

deb: ## Debian packages into build/deb (needs debhelper)
	@./packaging/deb.sh

clean: ## remove build results (keeps build/vm)
	rm -rf build/debug build/release build/asan build/cov build/fuzz build/deb
