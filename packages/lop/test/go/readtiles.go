// Reads a tlog-tiles directory with Go's checksum-database packages and checks all of it: the checkpoint's signature,
// the root from the tiles, every entry against its leaf, and inclusion and consistency proofs made from the tiles alone.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// folder serves tiles of height 8 under tlog-tiles paths, which leave the height out.
type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(f.path(strings.Replace(t.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) path(name string) string { return filepath.Join(string(f), filepath.FromSlash(name)) }

func main() {
	dir, verifierKey := folder(os.Args[1]), os.Args[2]
	verifier, err := note.NewVerifier(verifierKey)
	must(err)
	message, err := os.ReadFile(dir.path("checkpoint"))
	must(err)
	opened, err := note.Open(message, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)

	reader := tlog.TileHashReader(tree, dir)
	for first := int64(0); first < size; first += 256 {
		checkBundle(dir, reader, tree, first)
	}
	for older := int64(1); older <= size; older += size/7 + 1 {
		proof, err := tlog.ProveTree(size, older, reader)
		must(err)
		head, err := tlog.TreeHash(older, reader)
		must(err)
		must(tlog.CheckTree(proof, size, tree.Hash, older, head))
	}
	fmt.Printf("%d entries, root %x\n", size, tree.Hash[:8])
}

func checkBundle(dir folder, reader tlog.HashReader, tree tlog.Tree, first int64) {
	width := tree.N - first
	if width > 256 {
		width = 256
	}
	path := strings.Replace(tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(dir.path(path))
	must(err)
	for i := int64(0); i < width; i++ {
		length := int(binary.BigEndian.Uint16(data))
		leaf := tlog.RecordHash(data[2 : 2+length])
		data = data[2+length:]
		proof, err := tlog.ProveRecord(tree.N, first+i, reader)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, first+i, leaf))
	}
	if len(data) > 0 {
		must(fmt.Errorf("%s: %d bytes too many", path, len(data)))
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
