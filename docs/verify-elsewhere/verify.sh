#!/bin/bash
# Checks an axiom-proof/1 file with openssl. verify.sh PROOF [ROOT-KEY-ID]. Needs: openssl jq perl-base xxd. See README.md.
set -euo pipefail
proof=$1; work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
check() { if ! "${@:2}"; then echo "refused: $1"; exit 1; fi; }
get() { jq -r "$1" "$proof"; }                                          # a field of the proof
say() { jq -r "$2" "$work/$1"; }                                        # a field of a payload that was opened
hash() { openssl dgst -sha256 -r | cut -c1-64; }
# The canonical bytes of a part are its text in the file without blanks and newlines outside of strings.
canonical() { perl -0777 -ne '/^  "'"$1"'": (.*?),?\n(?=  "|\}\n\z)/ms and $_=$1, s/("(?:[^"\\]|\\.)*")|\s+/$1\/\/""/ge, print' "$proof"; }
spelled() { # one key a line, indented by its depth, and no part twice: what one reader sees, all readers see
  perl -ne 's/"(?:[^"\\]|\\.)*"/S/g; my ($i, $v) = /^( *)(?:S: )?([][{}]+|S|[-+.\w]+),?$/ or exit 1;
    $d -= 2 if $v =~ /^[]}]$/; exit 1 if $d != length $i; $d += 2 if $v =~ /^[[{]$/' "$proof" &&
    [ "$(grep -oE '^  "[a-z]+"' "$proof" | tr -dc 'a-z\n' | paste -sd ' ') $(jq length "$proof")" = \
      "approval card checks directive format id keys ledger outcome replay seal verdict 12" ]
}
key() { say keys ".keys[] | select(.id == \"$1\" and .role == \"$2\" and .status == \"active\").public_key"; }
signed() { # a DSSE envelope: what is signed is type and payload, each with its length
  local type="application/vnd.axiom.$2+json" id; id=$(get ".$1.signatures[0].keyid")
  get ".$1.payload" | base64 -d > "$work/$1"
  { printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(stat -c %s "$work/$1")"; cat "$work/$1"; } > "$work/pae"
  { echo 302a300506032b6570032100 | xxd -r -p; key "$id" "$3" | base64 -d; } > "$work/public.der"
  get ".$1.signatures[0].sig" | base64 -d > "$work/sig"
  [ "$(get ".$1.payloadType")" = "$type" ] && [ "$(tail -c 32 "$work/public.der" | hash)" = "$id" ] &&
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/public.der" -rawin -in "$work/pae" -sigfile "$work/sig" > /dev/null 2>&1
}
check encoding spelled
check format [ "$(get .format)" = axiom-proof/1 ]
get .keys.payload | base64 -d > "$work/keys"
check keys signed keys keys.v1 root
root=$(get .keys.signatures[0].keyid)
check keys [ "$(say keys .hive)" = "axiom-hive/${root:0:8}" ]
check "keys: another root" [ "${2:-$root}" = "$root" ]
check directive signed directive bark.v3.1 operator
check id [ "$(get .id)" = "$(hash < "$work/directive")" ]
check seal signed seal statement.v1 hive
check seal [ "$(say seal '.kind + .directive')" = "outcome$(get .id)" ]
check keys [ "$(say seal .body.keys)" = "$(hash < "$work/keys")" ]
for part in card verdict outcome checks; do
  check $part [ "$(canonical $part | hash)" = "$(say seal .body.$part)" ]
done
[ "$(say seal .body.replay)" = null ] && check replay [ "$(get .replay)" = null ] ||
  check replay [ "$(canonical replay | hash)" = "$(say seal .body.replay)" ]
if [ "$(say directive .body.words)" = null ]; then
  check card [ "$(say directive '.body.card' | jq -cS .)" = "$(get .card | jq -cS '{tool, parameters}')" ]
else check card [ "$(get .card.by)" = needle ]; fi
if [ "$(get .approval)" = null ]; then check approval [ "$(get .verdict.decision)$(say seal .body.approval)" = allownull ]; else
  check approval signed approval bark.v3.1 operator
  check approval [ "$(say seal .body.approval)" = "$(hash < "$work/approval")" ]
  check approval [ "$(say approval '.typ + .body.decision')" = approval"$(get .verdict.decision)" ]
  check approval [ "$(say approval '.body | .directive + .card + .verdict')" = "$(get .id)$(say seal '.body.card + .body.verdict')" ]
fi
hive_key=$(key "$(get .seal.signatures[0].keyid)" hive)
check ledger env GOPATH=/usr/share/gocode GO111MODULE=off go run "$(dirname "$0")/ledger.go" "$proof" "$(say keys .hive)" "$hive_key"
echo "verified: directive $(get .id)"; echo "root key: $root"; echo "sealed at $(say seal .at)"
