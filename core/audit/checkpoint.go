package audit

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"lianou/core"

	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is what the integrator signs: the log had this size, this root and
// this SM3 chain. Its text is a C2SP tlog-checkpoint with one extension line.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Chain  [32]byte
}

func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\nsm3 %s\n", c.Origin, c.Size, c.Root, base64.StdEncoding.EncodeToString(c.Chain[:]))
}

// sign gives the signed note.
func (c Checkpoint) sign(s note.Signer) (string, error) {
	msg, err := note.Sign(&note.Note{Text: c.text()}, s)
	if err != nil {
		return "", core.E(core.KindInternal, "audit_sign", "").Wrap(err)
	}
	return string(msg), nil
}

// ErrCheckpoint says that a checkpoint is not one or not signed by the key.
var ErrCheckpoint = core.E(core.KindInvalid, "audit_checkpoint", "")

// ParseCheckpoint opens a signed note and reads the checkpoint in it. It fails
// with ErrCheckpoint.
func ParseCheckpoint(signed string, key note.Verifier) (Checkpoint, error) {
	n, err := note.Open([]byte(signed), note.VerifierList(key))
	if err != nil {
		return Checkpoint{}, ErrCheckpoint.Wrap(err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != key.Name() || !strings.HasPrefix(lines[3], "sm3 ") {
		return Checkpoint{}, ErrCheckpoint
	}
	c := Checkpoint{Origin: lines[0]}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, ErrCheckpoint
	}
	c.Size = size
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return Checkpoint{}, ErrCheckpoint
	}
	chain, err := base64.StdEncoding.DecodeString(lines[3][4:])
	if err != nil || len(chain) != len(c.Chain) {
		return Checkpoint{}, ErrCheckpoint
	}
	copy(c.Chain[:], chain)
	return c, nil
}

// link is the next value of the SM3 chain.
func link(chain [32]byte, leaf tlog.Hash) [32]byte {
	var b [64]byte
	copy(b[:], chain[:])
	copy(b[32:], leaf[:])
	return sm3.Sum(b[:])
}
