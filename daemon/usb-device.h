/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One USB device, held by descriptors: its sysfs folder, the `authorized` file of each interface,
 * its usbfs node. After usb_device_open() no path is used: when the device goes, the descriptors go
 * dead (ENODEV, ENOENT), and another device in the same port never answers to them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/device.h"
#include "policy/identity.h"
#include "policy/key.h"

#define USB_HELD_MAX 32u
#define USB_NAME_MAX 32u
#define USB_PATH_MAX 256u

typedef struct UsbHeld {
        char name[USB_NAME_MAX]; /* folder "1-1:1.0" below the device's */
        UsbInterface setting;    /* the alternate setting that is active */
        bool gated;
        int authorized_fd;
} UsbHeld;

typedef struct UsbDevice {
        char sysname[USB_NAME_MAX]; /* "1-1.2" */
        char syspath
                [USB_PATH_MAX]; /* to show, and to know a disk's device by; never opened again */
        int dirfd, usbfs_fd;
        unsigned busnum, devnum;
        uint8_t digest[DIGEST_SIZE]; /* of `descriptors` */
        DeviceInterfaces interfaces; /* all of every configuration */
        bool malformed;              /* the descriptors are no well-formed chain */
        bool listed;                 /* a storage driver would take it by its number */
        Identity identity;           /* the USB half of it */
        UsbHeld held[USB_HELD_MAX];  /* interfaces of the active configuration */
        size_t n_held;
} UsbDevice;

/* Looks at the device called `sysname` ("1-1.2"). A held device and 0 if it is gated, 1 if it is
 * not; -errno, -ENODEV among others when it has gone meanwhile. */
int usb_device_open(const char *sysname, UsbDevice **ret) _must_check_;
UsbDevice *usb_device_close(UsbDevice *u);
DEFINE_FREEP(UsbDevice, usb_device_close)

bool usb_device_is_alive(const UsbDevice *u);
/* 0; 1 if the descriptors are no longer those first seen; -errno. */
int usb_device_compare(const UsbDevice *u) _must_check_;
/* Not gated, but its list of interfaces is too long or too odd for the udev rule to trust. */
bool usb_device_is_left_out(const UsbDevice *u);
/* Opens the usbfs node anew: what a killed child left under way is cancelled with the old one. */
int usb_device_reopen(UsbDevice *u) _must_check_;
/* Interfaces appear anew when a configuration is set: is this one held, and there? */
bool usb_device_holds(const UsbDevice *u, const char *interface);
int usb_device_hold_interfaces(UsbDevice *u) _must_check_;

/* The driver bound to an interface: 0 and its name, 1 if there is none, -errno. */
int usb_device_driver(const UsbDevice *u, const UsbHeld *h, char *ret, size_t size) _must_check_;
/* Reads an attribute below the device's folder; NUL-terminated, without the final newline. Returns
 * its length or -errno. */
int usb_device_attribute(const UsbDevice *u, const char *name, char *ret, size_t size) _must_check_;

/* The storage interface of a plain storage device, or NULL. */
const UsbHeld *usb_device_storage(const UsbDevice *u);
/* Its active setting speaks Bulk-Only Transport. */
bool usb_device_is_bulk_only(const UsbDevice *u);
