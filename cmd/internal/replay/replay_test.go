package replay_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lianou/cmd/internal/replay"
	"lianou/core"
	"lianou/core/facts/factstest"
	"lianou/core/matching"
	"lianou/core/policy"
)

func current(t *testing.T) *matching.Current {
	t.Helper()
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return matching.NewCurrent(lib)
}

func traced(t *testing.T, books *matching.Current, h *core.Household, held *matching.Held) []byte {
	t.Helper()
	m, err := books.On(h.On)
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.Trace(h, held, map[string]core.Provenance{"income_per_capita_month": {Said: "registry:civil"}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The replayer comes to the same outcomes, amounts and bundles as the judgement, over
// random households, with and without something held (F42).
//
// Control: let Matcher.Judge stay as it is and explainer.work read "any" as "all", or let
// replay round part down: both opinions part.
func TestReplayAgrees(t *testing.T) {
	t.Parallel()
	books := current(t)
	draw := rand.New(rand.NewPCG(11, 12))
	size := 0
	for range rounds(1000) {
		h := factstest.Quick(draw)
		held := &matching.Held{Receiving: []matching.Receiving{{Item: "MZ-01", Amount: core.Yuan(90), Per: "month"}}, Open: []matching.Filed{{Item: "MZ-08"}}}
		if draw.IntN(2) == 0 {
			held = nil
		}
		b := traced(t, books, &h, held)
		size = max(size, len(b))
		if wrong := replay.Check(b); wrong != nil {
			t.Fatalf("%s\nof %+v", strings.Join(wrong, "\n"), h)
		}
	}
	t.Logf("the largest trace has %d bytes", size)
}

// rounds is n, or with LIANOU_SOAK=N that many times as many.
func rounds(n int) int {
	if times, err := strconv.Atoi(os.Getenv("LIANOU_SOAK")); err == nil && times > 0 {
		return n * times
	}
	return n
}

// samples are the households of `lianou match`, in the own copy.
func samples(t *testing.T) []core.Household {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "lianou", "testdata", "households.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var out []core.Household
	for scan := bufio.NewScanner(bytes.NewReader(b)); scan.Scan(); {
		var line struct{ Facts json.RawMessage }
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		h, err := core.DecodeHousehold(line.Facts)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, h)
	}
	if len(out) == 0 {
		t.Fatal("no samples")
	}
	return out
}

func TestReplaySamples(t *testing.T) {
	t.Parallel()
	books := current(t)
	for i, h := range samples(t) {
		if wrong := replay.Check(traced(t, books, &h, nil)); wrong != nil {
			t.Errorf("sample %d: %v", i+1, wrong)
		}
	}
}

// A flipped bit is noticed wherever it is: three thousand places all over the trace.
//
// Control: leave the digest out of read.
func TestFlippedByte(t *testing.T) {
	t.Parallel()
	whole := traced(t, current(t), &samples(t)[0], nil)
	for i := 0; i < len(whole); i += 1 + len(whole)/3000 {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		if replay.Check(b) == nil {
			t.Fatalf("byte %d of %d was flipped and nobody noticed: %q", i, len(whole), b[max(0, i-20):min(len(b), i+20)])
		}
	}
}

// A lie that is sealed anew is noticed too: every outcome, share, claim, amount and
// deduction follows from facts, conditions and numbers.
//
// Control: leave check, shares or claim out of the replayer.
func TestSealedLie(t *testing.T) {
	t.Parallel()
	whole := traced(t, current(t), &samples(t)[0], nil)
	told := 0
	for _, lie := range []struct{ from, to string }{
		{`"is":["eligible"]`, `"is":["unknown"]`}, {`"is":["not_eligible"]`, `"is":["eligible"]`},
		{`"is":"eligible"`, `"is":"not_eligible"`}, {`"is":"not_eligible"`, `"is":"eligible"`},
		{`"taken":true`, `"taken":false`}, {`"per":"month","value"`, `"per":"year","value"`},
		{`"value":`, `"value":1`}, {`"fen":`, `"fen":1`}, {`"after":"MZ-01"`, `"after":"MZ-02"`},
	} {
		body := bodyOf(t, whole)
		// Values of facts and numbers are what the judgement starts from, not what it says.
		from := bytes.Index(body, []byte(`"statuses":`))
		for at := from; ; {
			i := bytes.Index(body[at:], []byte(lie.from))
			if i < 0 {
				break
			}
			at += i
			changed := append(append(bytes.Clone(body[:at]), lie.to...), body[at+len(lie.from):]...)
			at += len(lie.from)
			if bytes.HasPrefix(changed[at-len(lie.from):], []byte(lie.to+"null")) {
				continue
			}
			if told++; replay.Check(sealed(changed)) == nil {
				t.Errorf("nobody noticed %s for %s at %d: %s", lie.to, lie.from, at, body[max(0, at-60):at+30])
			}
		}
	}
	if told < 200 {
		t.Errorf("only %d lies were told", told)
	}
}

func bodyOf(t *testing.T, b []byte) []byte {
	t.Helper()
	var frame struct{ Body json.RawMessage }
	if err := json.Unmarshal(b, &frame); err != nil {
		t.Fatal(err)
	}
	return frame.Body
}

func sealed(body []byte) []byte { return sealedAs(matching.TraceVersion, body) }

func sealedAs(version int, body []byte) []byte {
	sum := sha256.Sum256(body)
	return fmt.Appendf(nil, `{"trace":%d,"body":%s,"sha256":"%s"}`+"\n", version, body, hex.EncodeToString(sum[:]))
}

// No trace, however broken, does more than be refused.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"items":[{"code":"x","formula":"part(1,","is":"eligible","shares":[null]}],"rules":[{"a":"x","b":"x","kind":"overlap"}]}`))
	f.Add([]byte(`{"bundle":{"acts":[{"rule":7,"a":1,"b":2}]}}`))
	f.Fuzz(func(_ *testing.T, body []byte) {
		for version := range matching.TraceVersion {
			replay.Check(sealedAs(version+1, body))
		}
	})
}
