#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Chinese manual pages against the English ones. A page is cut into parts, at sections and at the verbs of
usbzonectl.1: each part must be there, with the same options, words, paths and numbers; and the English must be what it
was when the part was translated. Prints FILE:LINE: what is wrong. With --write: takes the English as translated."""
import collections
import hashlib
import pathlib
import re
import shlex
import sys

DOCS = pathlib.Path("docs")
ZH = DOCS / "zh_CN"
SUMS = ZH / "translated.sums"
KEPT = {"Fl", "Ic", "Cm", "Pa", "Ev", "Xr", "Er", "Va", "Li", "Nm", "Ar"}
OTHER = {"Op", "Oo", "Oc", "Bq", "Bo", "Bc", "Brq", "Bro", "Brc", "Pq", "Po", "Pc", "Sq", "Dq", "Ql", "Sy", "Em", "Ns", "Ap",
         "No", "Sx", "Sm", "It", "Aq", "Do", "Dc", "So", "Sc", "Qq", "Ad", "Cd", "Dv", "Tn", "Lk", "Mt", "Nd", "Xo", "Xc", "Pf"}
DELIMITERS = set("()[].,:;?!|，。；：、（）！？／/") | {"...", "，", "。", "等"}
Part = collections.namedtuple("Part", "line title kept numbers items digest")


def words_of(line):
    """The arguments of a macro line that stay as they are, as "macro argument"."""
    try:
        lexer = shlex.shlex(line[1:], posix=True)
        lexer.whitespace_split, lexer.commenters, lexer.quotes, lexer.escape = True, "", '"', ""
        tokens = list(lexer)
    except ValueError:
        tokens = line[1:].split()
    now = None
    for token in tokens:
        if token in KEPT:
            now = token
        elif token in OTHER:
            now = None
        elif now and token not in DELIMITERS:
            yield f"{now} {token}"


def parts(path):
    now, result = None, []
    literal = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        head = re.match(r"\.(Sh|Ss|It Ic)\b ?(.*)", line)
        if head and not (head[1] == "It Ic" and result and result[-1].line == number - 1 and result[-1].title == "It Ic"):
            result.append(Part(number, head[1], collections.Counter(), set(), collections.Counter(), []))
        if not result or line.startswith('.\\"'):
            continue
        now = result[-1]
        now.digest.append(line)
        if line.startswith(".Bd -literal"):
            literal = True
        elif line.startswith(".Ed"):
            literal = False
        if line.startswith(".") and not literal:
            now.kept.update(words_of(line))
            now.items.update(re.findall(r"^\.(It|Bl|El|Bd|Ed|Dl)\b", line))
            if line.startswith(".Bl -column"):  # another list or text in Chinese: groff hangs where a column is narrow
                now.items["column"] += 1
        elif not literal:
            now.numbers.update(re.findall(r"(?<![A-Za-z0-9])\d+(?:,\d{3})*(?![A-Za-z0-9])", line))
    return result


def sums(page):
    return [hashlib.sha256("\n".join(p.digest).encode()).hexdigest()[:16] for p in parts(page)]


def complain(path, line, text):
    print(f"{path}:{line}: {text}")


def compare(page, old):
    other = ZH / page.name
    if not other.exists():
        complain(other, 1, "is missing")
        return
    for needed in (".mso zh.tmac", ".ds doc-section-name 名称"):  # groff breaks lines, and knows the sections
        if needed not in other.read_text(encoding="utf-8").splitlines():
            complain(other, 1, f'has no line "{needed}"')
    english, chinese = parts(page), parts(other)
    for c in chinese:
        if c.items["column"]:
            complain(other, c.line, "has a column list, on which groff hangs where it is narrow: make it a tag list")
    if [p.title for p in english] != [p.title for p in chinese]:
        for e, c in zip(english, chinese):
            if e.title != c.title:
                complain(other, c.line, f"a part {c.title} stands where {page}:{e.line} has {e.title}")
                return
        complain(other, 1, f"has {len(chinese)} parts, {page} has {len(english)}")
        return
    for i, (e, c) in enumerate(zip(english, chinese)):
        for text in sorted(e.kept.keys() ^ c.kept.keys()):
            where = "is not here" if text in e.kept else f"is not in {page}:{e.line}"
            complain(other, c.line, f'"{text}" {where}')
        for text in sorted(e.numbers - c.numbers):
            complain(other, c.line, f"the number {text} of {page}:{e.line} is not here")
        if e.items != c.items and not e.items["column"]:
            complain(other, c.line, f"lists and blocks: {dict(c.items)}, {page}:{e.line} has {dict(e.items)}")
        if old and (i >= len(old) or old[i] != sums(page)[i]):
            complain(other, c.line, f"{page}:{e.line} has changed since it was translated; then: make update-man")


def main():
    pages = sorted(p for p in DOCS.glob("*.[1-8]"))
    if sys.argv[1:] == ["--write"]:
        SUMS.write_text("".join(f"{p.name} {s}\n" for p in pages for s in sums(p)), encoding="utf-8")
        return
    old = collections.defaultdict(list)
    if SUMS.exists():
        for line in SUMS.read_text(encoding="utf-8").splitlines():
            name, digest = line.split()
            old[name].append(digest)
    for page in pages:
        if not old[page.name]:
            complain(SUMS, 1, f"does not know {page.name}; run: make update-man")
        compare(page, old[page.name])
    for other in sorted(ZH.glob("*.[1-8]")):
        if not (DOCS / other.name).exists():
            complain(other, 1, "has no English page")


main()
