# SPDX-License-Identifier: GPL-2.0-or-later
# The ladder of tests; included by the Makefile.

.PHONY: test check check-static check-unit check-fault check-fuzz check-integration check-asan check-cli \
	check-notice check-desktop check-report check-deb check-deb-vm \
	check-vm check-layers check-headers check-style check-size check-units check-shell check-po \
	check-man check-contract bench bench-ledger bench-trust demo fuzz update-po update-man

test: ## install what is missing, then every rung: make check, check-report and check-vm
	./tests/deps.sh $(PACKAGES_BUILD) $(PACKAGES_CHECK) $(PACKAGES_REPORT) $$(cat tests/vm/packages.txt)
	./tests/summary.sh make-check "$(MAKE) --no-print-directory check" \
		make-check-report "$(MAKE) --no-print-directory check-report" \
		make-check-vm "$(MAKE) --no-print-directory check-vm"

FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(SRC_fuzz))

# As many at a time as there are processors, the longest first; all is built before, so that no two build the same.
RUNGS := integration cli asan fault unit static fuzz notice
check: ## every test that needs no virtual machine (under 5 minutes)
	@$(MAKE) --no-print-directory -j$$(nproc) check-build
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=asan check-build-asan
	@SUMMARY_JOBS=$$(nproc) ./tests/summary.sh $(foreach c,$(RUNGS),$(c) "$(MAKE) --no-print-directory check-$(c)")
.PHONY: check-build check-build-asan
check-build: all $(B)/unit $(B)/tests/cli/mock-daemon $(B)/tests/cli/jailed $(B)/tests/cli/pkcs11.so $(B)/tests/notice/mock
check-build-asan: $(B)/unit $(B)/fault $(FUZZ:%=$(B)/replay-%)

STATIC := layers headers style size units shell po man contract
check-static: all ## the structural checks
	@./tests/summary.sh $(foreach c,$(STATIC),$(c) "$(MAKE) --no-print-directory check-$(c)")

$(B)/unit: $(call OBJ,unit) $(AR_store) $(AR_policy) $(AR_lib) $(B)/sources
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -no-pie -Wl,--no-gc-sections -o $@ $(call OBJ,unit) $(AR_store) $(AR_policy) $(AR_lib) $(LIBS_test)

# What is signed, once more with SM2 keys; under the sanitizers not its files, which check-fault goes through with
# SM2 in the same way
SIGNED := authority|note|bundle|label|label_rules|head|decide|decide_*|docs|chain|mac|manifest
SIGNED_SUITES := @($(SIGNED)$(if $(filter asan,$(VARIANT)),,|store_trust|store_heads|store_ledger*|store_verify|store_archive|store_package))/*
check-unit: $(B)/unit ## unit tests (Criterion)
	@./tests/summary.sh ed25519 "./tests/criterion.sh $(B)/unit" \
		sm2 "USBZONE_TEST_ALGORITHM=sm2 ./tests/criterion.sh $(B)/unit --filter '$(SIGNED_SUITES)'"

check-asan: ## unit tests under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory VARIANT=asan check-unit

check-layers: all ## lib <- policy <- store <- {daemon, cli}; policy does no I/O
	@./tests/static/layers.sh $(AR_policy)
check-headers: ## every header compiles alone
	@./tests/static/headers.sh $(CC) -I. -D_GNU_SOURCE $(CFLAGS_ALL)
check-style: ## clang-format finds nothing to change
	@./tests/static/style.sh
check-size: ## functions and files within budget
	@./tests/static/size.sh
check-units: all ## systemd-analyze verify and security of the units
	@./tests/static/units.sh $(B)
check-shell: ## shellcheck
	@./tests/static/shell.sh
check-po: all ## the translation is complete
	@./tests/static/po.sh $(B)
update-po: ## after a change of messages: template and translations
	@./po/update.sh
update-completion: all ## after a change of verbs or options: the completions of bash, zsh and fish
	@python3 cli/completion/generate.py $(B)/usbzonectl cli/completion
check-man: all ## manual pages are clean and name every verb, option and reason
	@./tests/static/man.sh $(B)
update-man: ## after a translation: the English manual pages are what the Chinese ones say
	@python3 tests/static/man_zh.py --write
check-contract: all ## D-Bus, reasons, udev classes: code, rules and documents agree
	@./tests/static/contract.sh $(B)

# One binary, with every call that tests/fault/wraps.def names going through a wrapper
WRAPPED := $(shell sed -n 's/^W.[^,]*,[^,]*, \([A-Za-z0-9_]*\),.*/\1/p' tests/fault/wraps.def)
$(B)/fault: $(call OBJ,fault) $(B)/tests/unit/fixture.o $(AR_store) $(AR_policy) $(AR_lib) $(B)/sources \
		tests/fault/wraps.def
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -no-pie -Wl,--no-gc-sections $(WRAPPED:%=-Wl,--wrap=%) -o $@ \
		$(filter %.o %.a,$^) $(LIBS_test)
$(B)/tests/fault/inject.o: tests/fault/wraps.def

check-fault: ## each failing call refuses, and leaks nothing
	@$(MAKE) --no-print-directory VARIANT=asan check-fault-asan
.PHONY: check-fault-asan
check-fault-asan: $(B)/fault
	@./tests/summary.sh ed25519 "./tests/criterion.sh $(B)/fault" \
		sm2 "USBZONE_TEST_ALGORITHM=sm2 ./tests/criterion.sh $(B)/fault --filter '@(fault_key|fault_package|fault_ledger|crash_ledger)/*'"
# A target twice: with a plain driver that replays files, and (VARIANT=fuzz, clang) with libFuzzer
$(B)/replay-%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/common.o $(B)/tests/fuzz/replay_main.o $(AR_policy) $(AR_lib)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(call pkg,libs,libcrypto)
$(B)/fuzz-%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/common.o $(AR_policy) $(AR_lib)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(call pkg,libs,libcrypto)
.SECONDARY: $(FUZZ:%=$(B)/tests/fuzz/fuzz_%.o) $(B)/tests/fuzz/common.o $(B)/tests/fuzz/replay_main.o
.PHONY: check-fuzz-asan fuzz-run

check-fuzz: ## replay of the fuzz corpora
	@$(MAKE) --no-print-directory VARIANT=asan check-fuzz-asan
check-fuzz-asan: $(FUZZ:%=$(B)/replay-%)
	@./tests/fuzz/replay.sh $(B)
fuzz: ## fuzz each parser for FUZZ_SECONDS (default 60) with libFuzzer
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzz-run
fuzz-run: $(FUZZ:%=$(B)/fuzz-%)
	@./tests/fuzz/run.sh $(B)
$(B)/tests/notice/mock: tests/notice/mock.c $(B)/flags
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call pkg,libs,libsystemd)
check-notice: all $(B)/tests/notice/mock ## notices on two buses of their own, in both languages
	@./tests/notice/run.sh $(B)
$(B)/tests/cli/mock-daemon: tests/cli/mock-daemon.c $(B)/flags
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(call pkg,libs,libsystemd)
$(B)/tests/cli/jailed: tests/cli/jailed.c $(B)/cli/jail.o $(AR_lib) $(B)/flags
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $(filter %.c %.o %.a,$^) $(call pkg,libs,libseccomp)
# A provider of OpenSSL, found by the name of its scheme in $OPENSSL_MODULES
$(B)/tests/cli/pkcs11.so: tests/cli/token_provider.c $(B)/flags
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CPPFLAGS_ALL) $(filter-out -fPIE,$(CFLAGS_ALL)) -fPIC -shared -o $@ $< $(call pkg,libs,libcrypto)

check-desktop: all $(B)/tests/notice/mock ## notices of real services on a screen, pictures to look at (not in make check)
	@./tests/desktop/run.sh $(B) "$(PACKAGES_DESKTOP)"
check-report: all ## the report's page in headless Chromium, in both languages (not in make check)
	@./tests/report/run.sh $(B)

check-deb: ## the .deb packages: lintian, and the same files as make install (not in make check)
	@./tests/packages/run.sh
check-deb-vm: deb ## the .deb in QEMU: installed, set up, upgraded, removed, purged (not in make check)
	@./tests/vm/run --stage-only && ./tests/vm/package.sh

check-cli: all $(B)/tests/cli/mock-daemon $(B)/tests/cli/jailed $(B)/tests/cli/pkcs11.so ## the command line on files, ledgers and a bus of its own
	@./tests/cli/run.sh $(B)
.PHONY: golden
golden: all $(B)/tests/cli/mock-daemon ## write anew what tests/cli/golden holds the program's output to
	@CTL=$(abspath $(B))/usbzonectl GOLDEN=write ./tests/cli/test_golden.sh
	@CTL=$(abspath $(B))/usbzonectl GOLDEN=write ./tests/cli/test_json.sh
check-integration: all ## the real daemon on a private bus
	@./tests/integration/run.sh $(B)
check-vm: ## the product on a real kernel in QEMU
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release all
	@./tests/vm/run
$(B)/bench_decide: $(B)/tests/bench/bench_decide.o $(AR_policy) $(AR_lib)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(call pkg,libs,libcrypto)
$(B)/make_ledger: $(B)/tests/bench/make_ledger.o $(AR_store) $(AR_policy) $(AR_lib)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_cli)
$(B)/bench_append: $(B)/tests/bench/bench_append.o $(AR_store) $(AR_policy) $(AR_lib)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_cli)
$(B)/bench_trust: $(B)/tests/bench/bench_trust.o $(AR_store) $(AR_policy) $(AR_lib)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_cli)
-include $(B)/tests/bench/bench_decide.d $(B)/tests/bench/make_ledger.d $(B)/tests/bench/bench_append.d \
	$(B)/tests/bench/bench_trust.d
bench-ledger: ## figures of the ledger: append, verify, log, export, inspect; no virtual machine
	@./tests/bench/ledger.sh
bench-trust: ## figures of policies and labels: loading a large whitelist, Ed25519 and SM2; no virtual machine
	@./tests/bench/trust.sh
bench: ## figures, each beside a peer or a limit of the same run
	@./tests/bench/run.sh
demo: ## the whole story on a real kernel in QEMU, from a bare Debian 12 (root)
	@DEMO_PACKAGES="$(PACKAGES_BUILD)" ./tests/demo/run.sh

# A tool of the VM scenarios: labels and credentials that are wrong in one chosen way
$(B)/uztool: $(B)/tests/vm/uztool.o $(AR_policy) $(AR_lib)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(call pkg,libs,libcrypto)
