/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands for usbzoned on a private bus: three drives, fixed answers, and every error by name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#define ROOT "/org/usbzone1"
#define MANAGER "org.usbzone1.Manager"
#define DRIVE "org.usbzone1.Drive"
#define LEDGER "org.usbzone1.Ledger"
#define ERROR(name) "org.usbzone1.Error." name

typedef struct MockDrive {
        uint64_t number;
        const char *verdict, *reason, *severity, *check, *saw, *wanted, *identity, *block, *syspath,
                *media, *zone, *level, *serial;
        int observed;
} MockDrive;

static const MockDrive drives[] = {
        {1, "allow", "ok", "none", "ledger", "", "",
         "aaaaaaaa00000000000000000000000000000000000000000000000000000001", "sda",
         "/sys/devices/pci/usb1/1-1", "内-001", "internal", "none", "S1", 0},
        {2, "block", "zone-mismatch", "critical", "zone", "zone internet", "zone internal",
         "aaaaaaaa00000000000000000000000000000000000000000000000000000002", "",
         "/sys/devices/pci/usb1/1-2", "W-7", "internet", "none", "S2", 0},
        {3, "block", "no-label", "warning", "label", "no label", "a label of zone internal",
         "bbbbbbbb00000000000000000000000000000000000000000000000000000003", "sdb",
         "/sys/devices/pci/usb1/1-3", NULL, "none", "none", "evil\\x1b[31m", 1},
};

static sd_bus *bus;
static int clock_accepted;

static void s(sd_bus_message *m, const char *name, const char *type, const char *value)
{
        if (*type == 's')
                sd_bus_message_append(m, "{sv}", name, "s", value);
        else if (*type == 't')
                sd_bus_message_append(m, "{sv}", name, "t", (uint64_t)strtoull(value, NULL, 10));
        else if (*type == 'q')
                sd_bus_message_append(m, "{sv}", name, "q", (unsigned)strtoul(value, NULL, 16));
        else if (*type == 'x')
                sd_bus_message_append(m, "{sv}", name, "x", (int64_t)strtoll(value, NULL, 10));
        else if (*type == 'b')
                sd_bus_message_append(m, "{sv}", name, "b", *value == '1');
}

static void put_label(sd_bus_message *m, const MockDrive *d)
{
        sd_bus_message_open_container(m, 'e', "sv");
        sd_bus_message_append(m, "s", "Label");
        sd_bus_message_open_container(m, 'v', "a{sv}");
        sd_bus_message_open_container(m, 'a', "{sv}");
        if (d->media) {
                s(m, "media-number", "s", d->media);
                s(m, "zone", "s", d->zone);
                s(m, "level", "s", d->level);
                s(m, "holder", "s", "张三");
                s(m, "not-after", "x", "1900000000");
        }
        sd_bus_message_close_container(m);
        sd_bus_message_close_container(m);
        sd_bus_message_close_container(m);
}

static void put_steps(sd_bus_message *m, const MockDrive *d)
{
        sd_bus_message_open_container(m, 'e', "sv");
        sd_bus_message_append(m, "s", "Steps");
        sd_bus_message_open_container(m, 'v', "a(ssss)");
        sd_bus_message_open_container(m, 'a', "(ssss)");
        sd_bus_message_append(m, "(ssss)", "policy", "ok", "policy version 4, zone internal", "");
        sd_bus_message_append(m, "(ssss)", d->check, d->reason, d->saw, d->wanted);
        if (d->media)
                sd_bus_message_append(m, "(ssss)", "validity", "ok",
                                      "the label ends 2030-03-17T17:46:40Z",
                                      "a period that contains 2026-11-21T18:18:48Z, remembered; "
                                      "the clock says 2026-11-20T18:17:48Z");
        sd_bus_message_close_container(m);
        sd_bus_message_close_container(m);
        sd_bus_message_close_container(m);
}

static void put_drive(sd_bus_message *m, const MockDrive *d)
{
        char number[24];

        snprintf(number, sizeof(number), "%llu", (unsigned long long)d->number);
        sd_bus_message_open_container(m, 'a', "{sv}");
        s(m, "Number", "t", number);
        s(m, "State", "s", *d->block ? "in-use" : "blocked");
        s(m, "Verdict", "s", d->verdict);
        s(m, "Effect", "s", d->observed ? "allow" : d->verdict);
        s(m, "Observed", "b", d->observed ? "1" : "0");
        s(m, "Reason", "s", d->reason);
        s(m, "Severity", "s", d->severity);
        s(m, "Check", "s", d->check);
        s(m, "Rule", "s", "built-in");
        s(m, "PolicyVersion", "t", "4");
        s(m, "VendorId", "q", "0951");
        s(m, "ProductId", "q", "1666");
        s(m, "Serial", "s", d->serial);
        s(m, "ScsiVendor", "s", "Kingston");
        s(m, "ScsiProduct", "s", "DataTraveler");
        s(m, "Capacity", "t", "15500000000");
        s(m, "Identity", "s", d->identity);
        s(m, "Interfaces", "s", ":080650:");
        s(m, "HasLabel", "b", d->media ? "1" : "0");
        put_label(m, d);
        s(m, "BlockDevice", "s", d->block);
        s(m, "SysPath", "s", d->syspath);
        s(m, "BeforeStart", "b", "0");
        s(m, "Since", "t", "1795285128000000");
        s(m, "Grant", "s", "");
        put_steps(m, d);
        sd_bus_message_close_container(m);
}

/* In no language and perhaps in Chinese. */
static void put_texts(sd_bus_message *m, const char *name, const char *text, const char *chinese)
{
        sd_bus_message_open_container(m, 'e', "sv");
        sd_bus_message_append(m, "s", name);
        if (chinese)
                sd_bus_message_append(m, "v", "a(ss)", 2, "", text, "zh_CN", chinese);
        else
                sd_bus_message_append(m, "v", "a(ss)", 1, "", text);
        sd_bus_message_close_container(m);
}

static void put_manager(sd_bus_message *m)
{
        const char *policy_message = getenv("USBZONE_MOCK_POLICY");

        sd_bus_message_open_container(m, 'a', "{sv}");
        s(m, "Version", "s", "0.1.0");
        s(m, "Mode", "s", "enforce");
        s(m, "HostId", "s", "00000000000000000000000000000001");
        s(m, "HostName", "s", "pc1");
        s(m, "Zone", "s", "internal");
        s(m, "Level", "s", "none");
        s(m, "Authority", "s", "office");
        s(m, "PolicyStatus", "s", policy_message ? "policy-invalid" : "ok");
        s(m, "PolicyMessage", "s", policy_message ? policy_message : "");
        s(m, "PolicyVersion", "t", "4");
        s(m, "PolicyExpires", "x", "1900000000");
        s(m, "WhitelistCount", "t", "12");
        s(m, "Contact", "s", "call 123");
        put_texts(m, "Contacts", "call 123", "请拨 123");
        put_texts(m, "Notices", "Hand it in.", NULL);
        s(m, "LedgerSequence", "t", "99");
        s(m, "LedgerHead", "s", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
        s(m, "LedgerStatus", "s", "ok");
        s(m, "SystemTime", "x", clock_accepted ? "1795285128" : "1795198668");
        s(m, "RememberedTime", "x", "1795285128");
        s(m, "JudgedTime", "x", "1795285128");
        sd_bus_message_close_container(m);
}

static int get_objects(sd_bus_message *call)
{
        sd_bus_message *m;
        int r = sd_bus_message_new_method_return(call, &m);

        if (r < 0)
                return r;
        sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
        for (size_t i = sizeof(drives) / sizeof(drives[0]); i-- > 0;) {
                char path[64];

                snprintf(path, sizeof(path), ROOT "/drive/%llu",
                         (unsigned long long)drives[i].number);
                sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
                sd_bus_message_append(m, "o", path);
                sd_bus_message_open_container(m, 'a', "{sa{sv}}");
                sd_bus_message_open_container(m, 'e', "sa{sv}");
                sd_bus_message_append(m, "s", DRIVE);
                put_drive(m, &drives[i]);
                sd_bus_message_close_container(m);
                sd_bus_message_close_container(m);
                sd_bus_message_close_container(m);
        }
        sd_bus_message_close_container(m);
        return sd_bus_send(NULL, m, NULL);
}

static int get_all(sd_bus_message *call)
{
        sd_bus_message *m;
        int r = sd_bus_message_new_method_return(call, &m);

        if (r < 0)
                return r;
        if (!strcmp(sd_bus_message_get_path(call), ROOT))
                put_manager(m);
        else
                put_drive(m, &drives[0]);
        return sd_bus_send(NULL, m, NULL);
}

static int get(sd_bus_message *call)
{
        const char *interface, *name;

        if (sd_bus_message_read(call, "ss", &interface, &name) < 0 ||
            strcmp(name, "LedgerSequence") != 0)
                return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "no");
        return sd_bus_reply_method_return(call, "v", "t", (uint64_t)99);
}

/* The ledger in the file that USBZONE_MOCK_LEDGER names; without it the caller is no auditor. */
static int query(sd_bus_message *call)
{
        const char *path = getenv("USBZONE_MOCK_LEDGER");
        FILE *f = path ? fopen(path, "re") : NULL;
        sd_bus_message *m;
        char line[4096];
        int r;

        if (!f)
                return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED, "no");
        r = sd_bus_message_new_method_return(call, &m);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "s");
        while (r >= 0 && fgets(line, sizeof(line), f)) {
                line[strcspn(line, "\n")] = '\0';
                r = sd_bus_message_append(m, "s", line);
        }
        fclose(f);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append(m, "t", (uint64_t)99);
        return r < 0 ? r : sd_bus_send(NULL, m, NULL);
}

/* The reason given chooses what happens. */
static int by_word(sd_bus_message *call, const char *word, const char *types, const char *answer)
{
        if (!strcmp(word, "denied"))
                return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED, "no");
        if (!strcmp(word, "polkit"))
                return sd_bus_reply_method_errorf(
                        call, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, "ask");
        if (!strcmp(word, "refused"))
                return sd_bus_reply_method_errorf(call, ERROR("Refused"), "The policy says no.");
        if (!strcmp(word, "busy"))
                return sd_bus_reply_method_errorf(call, ERROR("Busy"), "The drive is busy.");
        if (!strcmp(word, "die"))
                _exit(0);
        if (!strncmp(word, "say: ", 5))
                return sd_bus_reply_method_errorf(call, ERROR("Invalid"), "%s", word + 5);
        return *types ? sd_bus_reply_method_return(call, types, answer)
                      : sd_bus_reply_method_return(call, NULL);
}

static int grant(sd_bus_message *call)
{
        const char *drive, *verdict, *reason, *approval;
        uint64_t seconds;

        if (sd_bus_message_read(call, "sstss", &drive, &verdict, &seconds, &reason, &approval) < 0)
                return -EINVAL;
        printf("Grant %s %s %llu %s [%s]\n", drive, verdict, (unsigned long long)seconds, reason,
               approval);
        return by_word(call, reason, "s", "0123456789abcdef");
}

static int set_mode(sd_bus_message *call)
{
        const char *mode, *reason;

        if (sd_bus_message_read(call, "ss", &mode, &reason) < 0)
                return -EINVAL;
        printf("SetMode %s %s\n", mode, reason);
        return by_word(call, reason, "", NULL);
}

static int accept_clock(sd_bus_message *call)
{
        const char *reason;

        if (sd_bus_message_read(call, "s", &reason) < 0)
                return -EINVAL;
        printf("AcceptClock %s\n", reason);
        clock_accepted = strcmp(reason, "polkit") != 0;
        return by_word(call, reason, "", NULL);
}

/* What is recorded becomes record 100; a text that is "gone" has no record. */
static int record(sd_bus_message *call, const char *member)
{
        const char *text, *step = "";
        uint64_t record;
        int64_t due = 0;
        int r;

        if (!strcmp(member, "FollowFinding"))
                r = sd_bus_message_read(call, "tssx", &record, &step, &text, &due);
        else if (!strcmp(member, "AddFinding"))
                r = sd_bus_message_read(call, "tsx", &record, &text, &due);
        else
                r = sd_bus_message_read(call, "ts", &record, &text);
        if (r < 0)
                return r;
        printf("%s %llu %s%s%s %lld\n", member, (unsigned long long)record, step, *step ? " " : "",
               text, (long long)due);
        if (!strcmp(text, "gone"))
                return sd_bus_reply_method_errorf(call, ERROR("NotFound"), "There is no record.");
        if (!strcmp(text, "denied"))
                return by_word(call, text, "", NULL);
        return sd_bus_reply_method_return(call, "t", (uint64_t)100);
}

/* A digest's place is taken by whatever the test looks at. */
static int record_archive(sd_bus_message *call)
{
        const char *head, *package, *answer = getenv("MOCK_ARCHIVE");
        uint64_t last;

        if (sd_bus_message_read(call, "tss", &last, &head, &package) < 0)
                return -EINVAL;
        printf("RecordArchive %llu %s %s\n", (unsigned long long)last, head, package);
        fflush(stdout);
        if (answer && access(answer, F_OK) == 0)
                return sd_bus_reply_method_errorf(call, ERROR("Unavailable"),
                                                  "The record could not be written");
        return sd_bus_reply_method_return(call, "t", (uint64_t)100);
}

static int list_incidents(sd_bus_message *call)
{
        int64_t now = (int64_t)time(NULL);

        return sd_bus_reply_method_return(call, "a(txx)", 2, (uint64_t)7, now - 90000, now - 3600,
                                          (uint64_t)9, now, now + 86430);
}

static int signals(sd_bus_message *call)
{
        const char *number = "W-7";

        sd_bus_emit_signal(bus, ROOT, MANAGER, "DriveAdded", "o", ROOT "/drive/2");
        sd_bus_emit_signal(bus, ROOT, MANAGER, "Violation", "a{sv}", 6, "drive", "t", (uint64_t)2,
                           "media_number", "s", number, "verdict", "s", "block", "reason", "s",
                           "zone-mismatch", "severity", "s", "critical", "check", "s", "zone");
        sd_bus_emit_signal(bus, ROOT, MANAGER, "VerdictChanged", "oa{sv}", ROOT "/drive/2", 4,
                           "drive", "t", (uint64_t)2, "verdict", "s", "block", "severity", "s",
                           "critical", "check", "s", "zone");
        sd_bus_emit_signal(bus, ROOT, MANAGER, "VerdictChanged", "oa{sv}", ROOT "/drive/1", 5,
                           "drive", "t", (uint64_t)1, "verdict", "s", "allow", "reason", "s", "ok",
                           "severity", "s", "none", "check", "s", "ledger");
        sd_bus_emit_signal(bus, ROOT, MANAGER, "GrantEnding", "osx", ROOT "/drive/1", "01234567",
                           (int64_t)1795285128);
        sd_bus_emit_signal(bus, ROOT, MANAGER, "DriveRemoved", "o", ROOT "/drive/2");
        return sd_bus_reply_method_return(call, NULL);
}

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        const char *member = sd_bus_message_get_member(call);

        (void)userdata;
        (void)error;
        if (!sd_bus_message_is_method_call(call, NULL, NULL))
                return 0;
        if (!strcmp(member, "GetManagedObjects"))
                return get_objects(call) < 0 ? -1 : 1;
        if (!strcmp(member, "Get"))
                return get(call) < 0 ? -1 : 1;
        if (!strcmp(member, "Query"))
                return query(call) < 0 ? -1 : 1;
        if (!strcmp(member, "GetAll"))
                return get_all(call) < 0 ? -1 : 1;
        if (!strcmp(member, "Grant"))
                return grant(call) < 0 ? -1 : 1;
        if (!strcmp(member, "SetMode"))
                return set_mode(call) < 0 ? -1 : 1;
        if (!strcmp(member, "AcceptClock"))
                return accept_clock(call) < 0 ? -1 : 1;
        if (!strcmp(member, "Reload"))
                return sd_bus_reply_method_errorf(call, ERROR("Invalid"), "policy, line 3: no.");
        if (!strcmp(member, "ListGrants"))
                return sd_bus_reply_method_return(
                        call, "a(sssxxsss)", 1, "0123456789abcdef", drives[1].identity, "allow",
                        (int64_t)1, (int64_t)1795285128, "root", "为了测试", "2026-17");
        if (!strcmp(member, "EndGrant"))
                return sd_bus_reply_method_errorf(call, ERROR("NotFound"),
                                                  "There is no such grant.");
        if (!strcmp(member, "RecordArchive"))
                return record_archive(call) < 0 ? -1 : 1;
        if (!strcmp(member, "ListIncidents"))
                return list_incidents(call) < 0 ? -1 : 1;
        if (!strcmp(member, "Acknowledge") || !strcmp(member, "AddFinding") ||
            !strcmp(member, "FollowFinding") || !strcmp(member, "OpenIncident") ||
            !strcmp(member, "CloseIncident"))
                return record(call, member) < 0 ? -1 : 1;
        if (!strcmp(member, "EmitSignals"))
                return signals(call);
        return 0;
}

int main(void)
{
        int r = sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_address(bus, getenv("USBZONE_BUS_ADDRESS"));
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r >= 0)
                r = sd_bus_add_filter(bus, NULL, on_call, NULL);
        if (r >= 0)
                r = sd_bus_request_name(bus, "org.usbzone1", 0);
        setvbuf(stdout, NULL, _IOLBF, 0);
        while (r >= 0) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, UINT64_MAX);
        }
        fprintf(stderr, "mock-daemon: %s\n", strerror(-r));
        return 1;
}
