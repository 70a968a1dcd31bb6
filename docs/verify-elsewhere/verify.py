#!/usr/bin/python3
"""Checks an axiom-proof/1 file with securesystemslib. verify.py PROOF [ROOT-KEY-ID]. See README.md."""
import base64, hashlib, json, re, sys
from securesystemslib.keys import verify_signature

def check(held, part):
    if not held: sys.exit(f"refused: {part}")
def spell(value, **form):  # numbers with a fraction or exponent were marked when they were read, and keep their spelling
    return re.sub(r'"\ue000([^"]*)"', r"\1", json.dumps(value, sort_keys=True, ensure_ascii=False, **form))
def sha(data): return hashlib.sha256(data).digest()
def hash_of(part): return sha(spell(marked[part], separators=(",", ":")).encode()).hex()
def b64(text): return base64.b64decode(text, validate=True)
def keys_of(role): return {k["id"]: b64(k["public_key"]) for k in keys["keys"] if (k["role"], k["status"]) == (role, "active")}
def holds(key, message, sig):
    known = {"keyid": sha(key).hex(), "keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": key.hex()}}
    return verify_signature(known, {"keyid": known["keyid"], "sig": sig.hex()}, message)
def opened(part, kind, role):  # DSSE: what is signed is type and payload, each with its length
    envelope, kind = proof[part], f"application/vnd.axiom.{kind}+json"
    payload, (signature,) = b64(envelope["payload"]), envelope["signatures"]
    key = keys_of(role).get(signature["keyid"], b"")
    check(envelope["payloadType"] == kind and sha(key).hex() == signature["keyid"], part)
    check(holds(key, b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload), b64(signature["sig"])), part)
    return json.loads(payload), sha(payload).hex()
def root_of(node, index, last, path):  # RFC 9162, 2.1.3.2
    for sibling in path:
        left = index & 1 or index == last
        node = sha(b"\1" + sibling + node) if left else sha(b"\1" + node + sibling)
        while left and index and not index & 1: index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    return node if last == 0 else None

text = open(sys.argv[1], newline="", encoding="utf-8").read()
proof, marked = json.loads(text), json.loads(text, parse_float=lambda number: "\ue000" + number)
check(spell(marked, indent=2) + "\n" == text, "encoding")
check(proof["format"] == "axiom-proof/1" and len(proof) == 12, "format")
keys = json.loads(b64(proof["keys"]["payload"]))
(root,), (_, manifest) = keys_of("root"), opened("keys", "keys.v1", "root")
check(keys["hive"] == "axiom-hive/" + root[:8] and sys.argv[2:] in ([], [root]), "keys")
(packet, id), (statement, _) = opened("directive", "bark.v3.1", "operator"), opened("seal", "statement.v1", "hive")
seal, card, asked, replay = statement["body"], proof["card"], packet["body"].get("card"), proof["replay"]
check(id == proof["id"] == statement["directive"] and (packet["typ"], statement["kind"]) == ("directive", "outcome"), "id")
check(seal["keys"] == manifest, "keys")
for part in "card", "verdict", "outcome", "checks": check(hash_of(part) == seal[part], part)
check(seal["replay"] == (hash_of("replay") if replay else None) and (replay is None) == (asked is not None), "replay")
check(asked in (None, {"tool": card["tool"], "parameters": card["parameters"]}) and card["by"] == ("operator" if asked else "needle"), "card")
check(proof["verdict"]["decision"] == ("approve" if proof["approval"] else "allow"), "verdict")
approval, digest = opened("approval", "bark.v3.1", "operator") if proof["approval"] else ({"body": {}}, None)
said = [approval["body"].get(name) for name in ("directive", "card", "verdict", "decision")]
check(digest == seal["approval"] and said == ([id, seal["card"], seal["verdict"], "approve"] if digest else [None] * 4), "approval")
(head, signed, signature), leaf = proof["ledger"].split("\n\n"), {name: proof["seal"][name] for name in ("payloadType", "payload", "signatures")}
(_, index, *path), (origin, size, top), (_, name, line) = head.split("\n"), signed.split("\n"), signature.split()
key, index, line = keys_of("hive")[leaf["signatures"][0]["keyid"]], int(index.removeprefix("index ")), b64(line)
check(origin == name == keys["hive"] and line[:4] == sha(name.encode() + b"\n\1" + key)[:4] and holds(key, (signed + "\n").encode(), line[4:]), "ledger")
leaf, path = sha(b"\0" + json.dumps(leaf, separators=(",", ":")).encode()), [b64(sibling) for sibling in path]
check(seal["intent"] < index < int(size) and root_of(leaf, index, int(size) - 1, path) == b64(top), "ledger")
print(f"verified: directive {id}\nroot key: {root}\nsealed at {statement['at']}, entry {index} of {size}")
