// Checks that the seal of an axiom-proof/1 file is in the hive's ledger, with the packages of Go's checksum database.
// go run ledger.go PROOF HIVE HIVE-KEY (name and base64 key as verify.sh prints them; verify.sh has checked the rest)
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Println("refused: ledger:", err)
		os.Exit(1)
	}
}

func main() {
	file, err := os.ReadFile(os.Args[1])
	check(err)
	var proof struct {
		Ledger string
		Seal   struct {
			PayloadType string              `json:"payloadType"`
			Payload     string              `json:"payload"`
			Signatures  []map[string]string `json:"signatures"` // encoding/json writes map keys sorted: keyid, sig
		}
	}
	check(json.Unmarshal(file, &proof))
	key, err := base64.StdEncoding.DecodeString(os.Args[3])
	check(err)
	vkey, err := note.NewEd25519VerifierKey(os.Args[2], key)
	check(err)
	verifier, err := note.NewVerifier(vkey)
	check(err)
	head, checkpoint, _ := strings.Cut(proof.Ledger, "\n\n")
	signed, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	check(err)
	var top string
	var index, size int64
	_, err = fmt.Sscanf(signed.Text+head, os.Args[2]+"\n%d\n%s\nc2sp.org/tlog-proof@v1\nindex %d", &size, &top, &index)
	check(err)
	tree, err := tlog.ParseHash(top)
	check(err)
	var path tlog.RecordProof
	for _, line := range strings.Split(head, "\n")[2:] {
		hash, err := tlog.ParseHash(line)
		check(err)
		path = append(path, hash)
	}
	leaf, err := json.Marshal(proof.Seal)
	check(err)
	check(tlog.CheckRecord(path, size, tree, index, tlog.RecordHash(leaf)))
	fmt.Printf("ledger: entry %d of %d in %s\n", index, size, os.Args[2])
}
