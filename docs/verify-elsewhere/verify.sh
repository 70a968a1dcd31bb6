#!/bin/bash
# Checks an axiom-proof/1 file with openssl. verify.sh PROOF [ROOT-KEY-ID]. Needs: openssl jq perl-base go. See README.md.
set -euo pipefail
proof=$1; work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
check() { if ! "${@:2}"; then echo "refused: $1"; exit 1; fi; }
fields() { # FILE NAME=.path ...: fields of a JSON file into variables; each one text, quoted by jq, so that none is ever run
  local file=$1 program=; for field in "${@:2}"; do program+="\"${field%%=*}=\" + (${field#*=} | tostring | @sh), "; done
  eval "$(jq -r "${program%, }" "$file")"
}
hash() { openssl dgst -sha256 -r | cut -c1-64; }
spelled() { # one key a line, indented by its depth, and no part twice: what one reader sees, all readers see
  perl -ne 's/"(?:[^"\\]|\\.)*"/S/g; my ($i, $v) = /^( *)(?:S: )?([][{}]+|S|[-+.\w]+),?$/ or exit 1;
    $d -= 2 if $v =~ /^[]}]$/; exit 1 if $d != length $i; $d += 2 if $v =~ /^[[{]$/' "$proof" &&
    [ "$(grep -oE '^  "[a-z]+"' "$proof" | tr -dc 'a-z\n' | paste -sd ' ') $(jq length "$proof")" = \
      "approval card checks directive format id keys ledger outcome replay seal verdict 12" ]
}
# The canonical bytes of a part are its text in the file without blanks and newlines outside of strings.
canonical() { perl -0777 -ne '/^  "'"$1"'": (.*?),?\n(?=  "|\}\n\z)/ms and $_=$1, s/("(?:[^"\\]|\\.)*")|\s+/$1\/\/""/ge, print' "$proof"; }
key() { jq -r --arg id "$1" --arg role "$2" '.keys[] | select([.id, .role, .status] == [$id, $role, "active"]).public_key' "$work/keys"; }
signed() { # a DSSE envelope: what is signed is type and payload, each with its length
  local wanted="application/vnd.axiom.$2+json" type id sig payload
  fields "$proof" type=".$1.payloadType" payload=".$1.payload" id=".$1.signatures[0].keyid" sig=".$1.signatures[0].sig"
  base64 -d <<< "$payload" > "$work/$1"; base64 -d <<< "$sig" > "$work/sig"
  { printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(stat -c %s "$work/$1")"; cat "$work/$1"; } > "$work/pae"
  { printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; key "$id" "$3" | base64 -d; } > "$work/public.der"
  [ "$type" = "$wanted" ] && [ "$(tail -c 32 "$work/public.der" | hash)" = "$id" ] &&
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/public.der" -rawin -in "$work/pae" -sigfile "$work/sig" &> /dev/null
}
check encoding spelled
fields "$proof" format=.format id=.id by=.card.by decision=.verdict.decision approved='.approval != null' \
  root='.keys.signatures[0].keyid' hive_id='.seal.signatures[0].keyid' manifest=.keys.payload
check format [ "$format" = axiom-proof/1 ]; base64 -d <<< "$manifest" > "$work/keys"
check keys signed keys keys.v1 root
fields "$work/keys" hive=.hive
check keys [ "$hive" = "axiom-hive/${root:0:8}" ]
check "keys: another root" [ "${2:-$root}" = "$root" ]
check directive signed directive bark.v3.1 operator
check id [ "$id" = "$(hash < "$work/directive")" ]
check seal signed seal statement.v1 hive
fields "$work/seal" kind=.kind at=.at sealed=.directive keys=.body.keys card=.body.card verdict=.body.verdict \
  outcome=.body.outcome checks=.body.checks replay=.body.replay approval=.body.approval
check seal [ "$kind $sealed" = "outcome $id" ]
check keys [ "$keys" = "$(hash < "$work/keys")" ]
for part in card verdict outcome checks; do check $part [ "${!part}" = "$(canonical $part | hash)" ]; done
data=$(canonical replay); [ "$data" = null ] || data=$(printf %s "$data" | hash)
check replay [ "$replay" = "$data" ]
fields "$work/directive" typ=.typ words='.body.words != null'; check directive [ "$typ" = directive ]
if [ $words = true ]; then check card [ "$by" = needle ]; check replay [ "$replay" != null ]; else
  check card [ "$by" = operator ]; check replay [ "$replay" = null ]
  check card jq -e --slurpfile asked "$work/directive" '(.card | {tool, parameters}) == $asked[0].body.card' "$proof" > "$work/said"
fi
check verdict [ "$decision $approved" = "$([ $approved = true ] && echo approve true || echo allow false)" ]
if [ $approved = false ]; then check approval [ "$approval" = null ]; else
  check approval signed approval bark.v3.1 operator
  check approval [ "$approval" = "$(hash < "$work/approval")" ]
  fields "$work/approval" said='"\(.typ) \(.body.decision) \(.body.directive) \(.body.card) \(.body.verdict)"'
  check approval [ "$said" = "approval approve $id $card $verdict" ]
fi
check ledger env GOPATH=/usr/share/gocode GO111MODULE=off go run "$(dirname "$0")/ledger.go" "$proof" "$hive" "$(key "$hive_id" hive)"
printf 'verified: directive %s\nroot key: %s\nsealed at %s\n' "$id" "$root" "$at"
