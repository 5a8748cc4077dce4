package replay_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/cmd/internal/replay"
	"lianou/core"
	"lianou/core/facts/factstest"
	"lianou/core/matching"
)

// traceOfThen is a trace as it was written when there was only version 1, of a person of 70
// who is 特困 and could as well be 低保, by the Book of its day.
func traceOfThen(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "trace-v1.json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A trace of before stays true by the rule of before and is a lie by that of now, and the
// other way round: what comes first is derived by the version that the trace names.
//
// Control: let after judge every version alike.
func TestAfterByItsVersion(t *testing.T) {
	t.Parallel()
	then := traceOfThen(t)
	if wrong := replay.Check(then); wrong != nil {
		t.Errorf("of then: %v", wrong)
	}
	const items = 7 // six of its bundle, and MZ-09 beside it, for which 低保 alone would do
	wrong := replay.Check(sealedAs(2, bodyOf(t, then)))
	if len(wrong) != items-1 || !strings.Contains(wrong[0], `YB-01 comes after "MZ-02", the trace says "MZ-01"`) {
		t.Errorf("of then, as one of now: %v", wrong)
	}
	now := bytes.ReplaceAll(bodyOf(t, then), []byte(`"after":"MZ-01"`), []byte(`"after":"MZ-02"`))
	if wrong := replay.Check(sealedAs(2, now)); len(wrong) != 1 || !strings.HasPrefix(wrong[0], `MZ-09 comes after "MZ-01"`) {
		t.Errorf("of now: %v", wrong)
	}
	if len(replay.Check(sealedAs(1, now))) != items || replay.Check(sealedAs(4, now)) == nil {
		t.Error("of now, as one of then or of a version that there is not")
	}
}

// Both opinions come to the same item, where there is little and two grants are within reach,
// by either version.
//
// Control: let helpful keep all, or after not look at the claims.
func TestReplayAgreesOnWhatComesFirst(t *testing.T) {
	t.Parallel()
	books := current(t)
	draw := rand.New(rand.NewPCG(19, 20))
	little, none, no, age, supporter := core.Yuan(100), 0, false, 70, core.Supporter("none")
	for range rounds(300) {
		h := factstest.Quick(draw)
		h.IncomePerCapitaMonth, h.FinancialAssetsPerCapita, h.Cars, h.Houses, h.BusinessWithStaff = &little, &little, &none, &none, &no
		one := &h.Members[draw.IntN(len(h.Members))]
		one.Age, one.Supporter = &age, &supporter
		held := &matching.Held{Open: []matching.Filed{{Item: []core.ItemCode{"MZ-01", "MZ-02", "GA-01"}[draw.IntN(3)]}}}
		m, err := books.On(h.On)
		if err != nil {
			t.Fatal(err)
		}
		for version := range matching.TraceVersion {
			b, err := m.As(version+1).Trace(&h, held, nil)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := replay.Check(b); wrong != nil {
				t.Fatalf("version %d: %s\nof %+v", version+1, strings.Join(wrong, "\n"), h)
			}
		}
	}
}
