#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints each tag and attribute of a page that loads, runs or leads somewhere, and styles that fetch."""
import html.parser
import sys

TAGS = {"script", "img", "link", "iframe", "object", "embed", "a", "form", "base", "audio", "video", "use", "image"}
ATTRIBUTES = {"src", "href", "xlink:href", "action", "srcset", "background", "data", "formaction"}


class Page(html.parser.HTMLParser):
    """Looks at every tag."""
    seen = 0

    def handle_starttag(self, tag, attrs):
        self.seen += 1
        if tag in TAGS:
            print("tag", tag)
        for name, value in attrs:
            if name in ATTRIBUTES or name.startswith("on") or (name == "style" and "url" in value):
                print("attribute", name, value)
            if name == "http-equiv" and value != "Content-Security-Policy":
                print("meta", value)

    def handle_data(self, data):
        if self.lasttag == "style" and ("url(" in data or "@import" in data):
            print("style", data)


page = Page()
with open(sys.argv[1], encoding="utf-8") as f:
    page.feed(f.read())
if page.seen < 50:
    print("only", page.seen, "tags")
