# SPDX-License-Identifier: GPL-2.0-or-later
# make install and make uninstall; one list serves both.

# MODE SOURCE DESTINATION, one file a line
define INSTALLED
$(if $(SRC_daemon),0755 $(B)/usbzoned $(libexecdir)/usbzoned)
$(if $(SRC_probe),0755 $(B)/usbzone-probe $(libexecdir)/usbzone-probe)
$(if $(SRC_block),0755 $(B)/usbzone-block $(libexecdir)/usbzone-block)
0755 systemd/before-uninstall.sh $(libexecdir)/before-uninstall
$(if $(SRC_notice),0755 $(B)/usbzone-notice $(libexecdir)/usbzone-notice)
$(if $(SRC_cli),0755 $(B)/usbzonectl $(bindir)/usbzonectl)
$(foreach f,$(wildcard udev-rules/*.rules),0644 $(f) $(udevrulesdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/*.service systemd/*.socket systemd/*.target),0644 $(f) $(unitdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/user/*.service),0644 $(f) $(userunitdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/sysusers/*.conf),0644 $(f) $(sysusersdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/tmpfiles/*.conf),0644 $(f) $(tmpfilesdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/modprobe/*.conf),0644 $(f) $(modprobedir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/catalog/*.catalog),0644 $(f) $(catalogdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/dbus/*.conf),0644 $(f) $(dbuspolicydir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/polkit/*.policy),0644 $(f) $(polkitactionsdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard systemd/polkit/*.rules),0644 $(f) $(polkitrulesdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard docs/zh_CN/*.[1-8]),0644 $(f) $(mandir)/zh_CN/man$(subst .,,$(suffix $(f)))/$(notdir $(f))$(nl))
$(foreach f,$(wildcard docs/*.[1-8]),0644 $(f) $(mandir)/man$(subst .,,$(suffix $(f)))/$(notdir $(f))$(nl))
$(foreach f,$(wildcard cli/completion/*.bash),0644 $(f) $(bashcompdir)/$(basename $(notdir $(f)))$(nl))
$(foreach f,$(wildcard cli/completion/*.zsh),0644 $(f) $(zshcompdir)/_$(basename $(notdir $(f)))$(nl))
$(foreach f,$(wildcard cli/completion/*.fish),0644 $(f) $(fishcompdir)/$(notdir $(f))$(nl))
$(foreach f,$(wildcard README.md README.zh_CN.md SECURITY.md NEWS.md docs/*.md docs/*.xml),0644 $(f) $(docdir)/$(notdir $(f))$(nl))
$(foreach l,$(LINGUAS),0644 $(B)/po/$(l).mo $(localedir)/$(l)/LC_MESSAGES/usbzone.mo$(nl))
endef
define nl


endef
export INSTALLED

.PHONY: install uninstall
install: all ## install (DESTDIR, prefix ...); then: usbzonectl setup
	@printf '%s\n' "$$INSTALLED" | while read -r mode from to; do \
		[ -n "$$mode" ] || continue; \
		$(INSTALL) -D -m "$$mode" "$$from" "$(DESTDIR)$$to" || exit 1; \
	done
	@[ -n "$(DESTDIR)" ] || ./systemd/after-install.sh

uninstall: ## remove what install put there; evidence and configuration stay
	@[ -n "$(DESTDIR)" ] || ./systemd/before-uninstall.sh
	@printf '%s\n' "$$INSTALLED" | while read -r mode from to; do \
		[ -z "$$mode" ] || rm -f "$(DESTDIR)$$to"; \
	done
	@rmdir "$(DESTDIR)$(libexecdir)" "$(DESTDIR)$(docdir)" 2>/dev/null || :
