/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: finds and names every hole of this computer, each with its remedy. */
#include <stdarg.h>

#include "cli/cli.h"
#include "cli/doctor.h"
#include "cli/out.h"
#include "cli/verbs.h"

typedef struct DoctorArgs {
        bool json;
} DoctorArgs;

void doctor_find(Doctor *d, FindingWeight weight, const char *check, const char *fix,
                 const char *format, ...)
{
        json_object *o = json_object_new_object();
        char *text;
        va_list args;
        int n;

        va_start(args, format);
        n = vasprintf(&text, format, args);
        va_end(args);
        json_object_object_add(o, "check", json_object_new_string(check));
        json_object_object_add(o, "hole", json_object_new_boolean(weight == FINDING_HOLE));
        json_object_object_add(o, "text", json_object_new_string(n < 0 ? check : text));
        json_object_object_add(o, "fix", json_object_new_string(fix));
        json_object_array_add(d->findings, o);
        d->holes += weight == FINDING_HOLE;
        if (n >= 0)
                free(text);
}

static void print_finding(json_object *o)
{
        bool hole = json_true(o, "hole");

        printf("%s%s%s %s [%s]\n", out_style(stdout, hole ? STYLE_BAD : STYLE_WARN),
               hole ? _("HOLE") : _("note"), out_plain(stdout), json_text(o, "text"),
               json_text(o, "check"));
        if (*json_text(o, "fix")) {
                printf("     ");
                printf(_("to do: %s"), json_text(o, "fix"));
                printf("\n");
        }
}

static void print_end(const Doctor *d)
{
        if (d->holes)
                printf(ngettext("%u hole: this computer is not guarded.\n",
                                "%u holes: this computer is not guarded.\n", d->holes),
                       d->holes);
        else if (geteuid() != 0)
                printf("%s\n", _("No hole can be seen without being root."));
        else
                printf("%s%s%s\n", out_style(stdout, STYLE_GOOD), _("This computer is guarded."),
                       out_plain(stdout));
}

static void ask_daemon(Doctor *d)
{
        if (client_try(&d->client) < 0)
                return;
        if (client_manager(d->client, &d->manager) == 0)
                (void)!client_drives(d->client, &d->drives);
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        const DoctorArgs *a = args;
        Doctor d = {.findings = json_object_new_array()};
        unsigned holes;

        ask_daemon(&d);
        doctor_service(&d);
        doctor_kernel(&d);
        doctor_devices(&d);
        doctor_rules(&d);
        doctor_files(&d);
        doctor_roles(&d);
        holes = d.holes;
        if (a->json) {
                json_object *o = json_object_new_object();

                json_object_object_add(o, "guarded", json_object_new_boolean(!holes));
                json_object_object_add(o, "holes", json_object_new_int64(holes));
                json_object_object_add(o, "observe", json_object_new_boolean(d.observe));
                json_object_object_add(o, "findings", json_object_get(d.findings));
                out_json(o);
        } else {
                for (size_t i = 0; i < json_object_array_length(d.findings); i++)
                        print_finding(json_object_array_get_idx(d.findings, i));
                print_end(&d);
        }
        json_object_put(d.findings);
        json_object_put(d.manager);
        json_object_put(d.drives);
        d.client = client_close(d.client);
        return holes ? CLI_FAILED : CLI_OK;
}

static const Option options[] = {
        FLAG(DoctorArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_doctor = {
        .name = "doctor",
        .usage = N_("[OPTIONS]"),
        .summary = N_("find what is left open on this computer"),
        .details = N_(
                "Looks at kernel defaults, devices, udev rules, units, files and roles. Exit status 0:\n"
                "no hole; 1: at least one. Notes do not count."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(DoctorArgs),
        .run = run,
};
