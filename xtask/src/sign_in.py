"""Signs one account of each role of the demonstration bureau in, and prints a line "role token" for each.

Used by `cargo xtask test --only fuzz`. Arguments: the server's address, the sandbox's, and the folder of the content.
"""

import base64
import hashlib
import hmac
import json
import re
import struct
import sys
import time
import urllib.parse
import urllib.request

server, sandbox, content = sys.argv[1:4]
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with direct.open(request, timeout=30) as answer:
        return json.load(answer)


def tables(file, name):
    """The tables of a content file, with their texts only: a reader of TOML is not in every Python."""
    with open(f"{content}/{file}", encoding="utf-8") as text:
        parts = text.read().split(f"[[{name}]]")
    fields = re.compile(r'^(\w+) = "(.*)"$', re.MULTILINE)
    return [dict(fields.findall(part)) for part in parts]


def one_time_code(secret):
    """RFC 6238."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def resident():
    phone = "13800000001"
    call(f"{server}/api/v1/auth/sms-codes", {"phone": phone, "purpose": "login"})
    for _ in range(200):
        texts = call(f"{sandbox}/sms/messages?" + urllib.parse.urlencode({"phone": phone}))["items"]
        if texts:
            code = re.search(r"\d{6}", texts[0]["text"]).group()
            return call(f"{server}/api/v1/auth/sessions", {"phone": phone, "code": code})
        time.sleep(0.1)
    raise SystemExit("no code was texted")


print("nobody -")
print("resident", resident()["access_token"])
head, *staff = tables("staff.toml", "staff")
roles = {}
for account in staff:
    roles.setdefault(account["role"], account)
for role, account in roles.items():
    credentials = {"username": account["username"], "password": head["password"], "totp": one_time_code(account["totp_secret"])}
    print(role, call(f"{server}/api/v1/auth/staff-sessions", credentials)["access_token"])
devices = {}
for device in tables("devices.toml", "device")[1:]:
    devices.setdefault(device["kind"], device)
for kind, device in devices.items():
    print(kind, call(f"{server}/api/v1/auth/device-sessions", {"key": device["key"]})["access_token"])
