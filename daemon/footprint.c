/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frees unused heap, and lets go of program text that was needed last for a decision. Text is
 * mapped from files and never written, so it comes back from the page cache when it is called
 * again. */
#include "daemon/footprint.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>

#include "lib/macros.h"

static int drop_text(struct dl_phdr_info *info, size_t size _unused_, void *userdata)
{
        uintptr_t page = *(uintptr_t *)userdata;

        for (unsigned i = 0; i < info->dlpi_phnum; i++) {
                const ElfW(Phdr) *p = &info->dlpi_phdr[i];
                uintptr_t start = info->dlpi_addr + p->p_vaddr, end = start + p->p_memsz;

                if (p->p_type != PT_LOAD || (p->p_flags & PF_W) || !(p->p_flags & PF_X))
                        continue;
                start &= ~(page - 1);
                end = (end + page - 1) & ~(page - 1);
                (void)madvise((void *)start, end - start, MADV_DONTNEED);
        }
        return 0;
}

void footprint_trim(void)
{
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

        (void)malloc_trim(0);
        (void)dl_iterate_phdr(drop_text, &page);
}
