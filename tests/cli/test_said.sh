#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What parsers and the daemon say in English, in the language of the person who reads it.
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)

found
cp -r "$T/etc" "$T/etc.whole"
in_chinese
P=$T/p

# --- what is wrong in a file, and what to do ---
policy() { # NAME REGEX LINE: a policy of its own that has this line
        printf 'usbzone-policy 1\nname = office\nversion = 3\n%b\n' "$3" >"$P"
        fact "$1" 1 "$P，第 4 行第 [0-9]+ 列：$2"'$' policy check "$P"
}
policy 'an unknown key, and all that are known' '未知的键“colour”；可用的键为 version, name, .*, contact' 'colour = red'
policy 'no key and value' '应写成“键 = 值”.*' 'colour'
policy 'a zone that is none' '应为计算机的区域：internal（内部）、classified（涉密）或 internet（互联网）' 'rule = a b c'
policy 'names between quotes stay' '区域“classified”的 U盘永远不能在区域“internet”的计算机上打开；此处只能写“block”' \
        'rule = internet classified allow'
policy 'a key given twice, with the other line' '“name”在第 2 行已经出现；两处请删除一处' 'name = x'
policy 'a byte' '字节 0x1b 不是此处允许的字符的开头.*' 'contact = a\033[31m'
policy 'a time' '应为时间，例如 2027-01-31T08:00:00Z.*' 'expires = soon'
policy 'two values' '该策略需要 usbzone 99.1 或更新版本，本机为 [0-9.]+：请先升级 usbzone' 'needs = 99.1'
policy 'a number' '“version”在第 3 行已经出现.*' 'version = 9'
policy 'a text' '值是空的；请填写文字' 'contact ='
printf 'usbzone-policy 1\nname = office\n' >"$P"
fact 'the file as a whole' 1 "$P"'：缺少一行“version = ...”；请补上$' policy check "$P"
printf 'usbzone-policy 1\nname = office\nversion = 3\nwhitelist-required = yes\n' >"$P"
fact 'lines that need each other' 1 '：写了“whitelist-required = yes”，就必须有一行“whitelist = sha256:...”$' policy check "$P"
printf 'usbzone-policy 1\nname = %%s%%n%%5$s\nname = %%s\n' >"$P"
fact 'no value is a format' 1 '“name”在第 2 行已经出现' policy check "$P"
printf 'usbzone-policy 1\n%%s%%n = 1\n' >"$P"
fact 'nor is a key' 1 '第 2 行第 1 列：应写成“键 = 值”' policy check "$P"
printf 'usbzone-policy 1\nversion = 1\nversion = 0\n' >"$P"
LANGUAGE=C fact 'in English it stays as it was said' 1 \
        "$P, line 3, column 1: 'version' stands in line 2 already; remove one of the two\$" policy check "$P"

run host request --name pc9 --out "$T/request"
sed -i 's/^key = .*/key = visit rsa 00/' "$T/request"
fact 'a request' 1 "$T/request，第 [0-9]+ 行第 [0-9]+ 列：此处应为算法：ed25519 或 sm2\$" \
        host sign "$T/request" --zone internal --out "$T/credential"
printf 'usbzone-whitelist-source 1\n' >"$T/list"
fact 'a file of another kind' 1 '不被接受：其首行不属于' policy check "$T/list"

# --- a computer whose files are not good ---
sed -i 's/^version = .*/version = none/' "$T/etc/authority.keys"
fact 'doctor: what the daemon would say' 1 '/etc/authority.keys，第 [0-9]+ 行第 [0-9]+ 列：应为 1 至 [0-9]+ 的整数 \[trust\]' doctor
rm -r "${T:?}/etc"; cp -r "$T/etc.whole" "$T/etc"
sed -i 's/^contact = .*/contact = other/; s/^name = .*/name = other/' "$T/etc/policy"
image "$T/drive" 8M 'label: dos\nstart=2048, type=c\n'
fact 'what is in force is not good' 1 \
        '/etc/policy 不被接受：签名不符：内容被改动过。请重新安装签发机构签署的原件$' enroll "$T/drive" --number 1
chmod 0666 "$T/etc/policy"
fact 'a sentence in a sentence' 1 '/etc/policy 不被接受：同组或其他用户可以写入。请先查明是谁改动了它.*' enroll "$T/drive" --number 1
rm "$T/etc/policy"
fact 'a file that is missing' 1 '缺少 .*/etc/policy。请运行 `usbzonectl setup`' enroll "$T/drive" --number 1
mkdir "$T/etc/policy"
fact 'what is no file' 1 '/etc/policy 不被接受：.*。请重新安装$' enroll "$T/drive" --number 1
rm -r "${T:?}/etc"; cp -r "$T/etc.whole" "$T/etc"

# --- records ---
cat >"$T/records" <<'END'
{"time": "2026-11-01T08:00:00", "kind": "start", "version": "0.1.0"}
{"time": "2026-11-01T08:00:01", "kind": "tamper", "file": "/var/lib/usbzone/grants", "line": 3, "what": "expected 'allow' or 'read-only'"}
{"time": "2026-11-01T08:00:02", "kind": "tamper", "what": "ledger"}
{"time": "2026-11-01T08:00:03", "kind": "policy-refused", "reason": "policy-invalid", "message": "/etc/usbzone/policy, line 4, column 9: expected 'yes' or 'no'"}
END
mkdir "$T/host"
python3 "$HERE/make_records.py" "$T/host" "$(printf '0%.0s' {1..32})" <"$T/records"
fact 'log: what a record says in a sentence' 0 '应为“allow”（放行）或“read-only”（只读）' log --dir "$T/host/ledger"
fact 'log: in a word' 0 '对象：台账' log --dir "$T/host/ledger"
fact 'log: a reason' 0 '原因：本机的策略无效（policy-invalid）' log --dir "$T/host/ledger"
fact 'log: a message' 0 '/etc/usbzone/policy，第 4 行第 9 列：应为“yes”（是）或“no”（否）' log --dir "$T/host/ledger"
fact 'log --json: as it was written' 0 "line 4, column 9: expected 'yes' or 'no'" log --json --dir "$T/host/ledger"

USBZONE_STATE_DIR=$T/host run export "$T/x.uzx"
sed -i 's/^created = 2/created = x/' "$T/x.uzx"
fact 'verify: what is wrong with the manifest' 5 '清单未通过验证（应为时间，例如 .*）\[altered-manifest\]$' verify "$T/x.uzx"
fact 'inspect: the same, of which file' 5 "$T/x.uzx：应为时间，例如" inspect "$T/x.uzx"

# --- what the daemon answers ---
private_bus
export USBZONE_MOCK_POLICY="$T/etc/policy, line 3, column 5: expected a whole number from 1 to 9"
mock_daemon "$T/calls"
answer() { # NAME STATUS REGEX WHAT-THE-DAEMON-SAYS
        fact "$1" "$2" "^usbzonectl: $3\$" mode enforce --reason "say: $4"
}
answer 'a sentence' 1 '没有这项临时授权；它可能已经结束' 'There is no such grant; it may have ended already'
answer 'a name in it' 1 '没有名为“text”的 U盘。.*' \
        'There is no drive "text". A drive is named by its number in the list, its media number, or the 64 hex digits of its identity'
answer 'a word of the daemon in it' 1 '理由须为一行 1 至 255 字节的文字.*' \
        'The reason must be one line of 1 to 255 bytes of text without control characters, no blank at its ends'
answer 'a number in it' 1 '策略最多允许 28800 秒' 'The policy allows at most 28800 s'
answer 'a reason in it' 1 '该 U盘已被吊销（revoked）：任何临时授权都不能放行' 'The drive has been revoked (revoked): no exception can lift that'
missing=$(LC_ALL=C.UTF-8 LANGUAGE=zh_CN cat "$T/none" 2>&1)
answer 'what the system says in it' 1 "无法加载策略：${missing##*: }" 'The policy could not be loaded: No such file or directory'
answer 'a file of the policy, three sentences deep' 1 '/x/policy，第 4 行第 9 列：应为“yes”（是）或“no”（否）。仍沿用原来的策略' \
        "/x/policy, line 4, column 9: expected 'yes' or 'no'. The policy before stays"
answer 'what is not known stays' 1 'A drive: is not, 100%s known %n' 'A drive: is not, 100%s known %n'
slashes=$(printf '/%.0s' {1..900})
answer 'what was made to take long stays' 1 "$slashes, line x" "$slashes, line x"
fact 'status: what is wrong with the policy' 0 "策略 +本机的策略无效：$T/etc/policy，第 3 行第 5 列：应为 1 至 9 的整数" status
fact 'status --json: as the daemon says it' 0 'line 3, column 5: expected a whole number from 1 to 9' status --json
fact 'doctor: what is wrong with the policy' 1 '第 3 行第 5 列：应为 1 至 9 的整数' doctor
