"""Hashes every file of a models folder and signs the list: `release.json`, a DSSE envelope under an Ed25519 release key.

    python3 -m training.release --models models --key ~/.axiom-release/key

The key file (32 bytes seed, base64) is made when absent and must lie outside the repository; `release.pub` (32 bytes, base64) is committed.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PAYLOAD_TYPE = "application/vnd.axiom.release.v1+json"
ENVELOPE, PUBLIC = "release.json", "release.pub"
REPOSITORY = Path(__file__).resolve().parent.parent


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE pre-authentication encoding."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def base64_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def load_key(path: Path) -> Ed25519PrivateKey:
    """The release key; a new one, readable by its owner alone, where there is none yet."""
    if path.resolve().is_relative_to(REPOSITORY):
        raise ValueError(f"{path} lies inside the repository; keep the release key outside it")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(base64_text(secrets.token_bytes(32)) + "\n")
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text()))


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def digests_of(folder: Path) -> dict[str, str]:
    """Path in the folder → hex SHA-256, sorted; the envelope and the key are not part of what they sign."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in (ENVELOPE, PUBLIC))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def sign(folder: Path, key: Ed25519PrivateKey) -> dict[str, str]:
    """Writes `release.json` and `release.pub`; gives the digests."""
    digests = digests_of(folder)
    payload = json.dumps(digests, separators=(",", ":"), sort_keys=True).encode("utf-8")
    public = public_bytes(key)
    signature = {"keyid": hashlib.sha256(public).hexdigest(), "sig": base64_text(key.sign(pae(PAYLOAD_TYPE, payload)))}
    envelope = {"payloadType": PAYLOAD_TYPE, "payload": base64_text(payload), "signatures": [signature]}
    (folder / ENVELOPE).write_text(json.dumps(envelope, separators=(",", ":")))
    (folder / PUBLIC).write_text(base64_text(public) + "\n")
    return digests


def check(folder: Path) -> list[str]:
    """What is wrong with a signed folder; empty when all of it is as released."""
    envelope = json.loads((folder / ENVELOPE).read_text())
    payload = base64.b64decode(envelope["payload"])
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode((folder / PUBLIC).read_text()))
    try:
        public.verify(base64.b64decode(envelope["signatures"][0]["sig"]), pae(envelope["payloadType"], payload))
    except InvalidSignature:
        return ["the signature does not hold"]
    signed, found = json.loads(payload), digests_of(folder)
    return [f"{name} differs" for name in sorted({*signed, *found}) if signed.get(name) != found.get(name)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=REPOSITORY / "models")
    parser.add_argument("--key", type=Path, help="sign with this key; without it the folder is only checked")
    options = parser.parse_args()
    if options.key:
        sign(options.models, load_key(options.key))
    wrong = check(options.models)
    print("\n".join(wrong) or f"{len(digests_of(options.models))} files as released")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
