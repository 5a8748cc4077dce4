package replay_test

import (
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"lianou/cmd/internal/replay"
	"lianou/core"
	"lianou/core/facts/factstest"
	"lianou/core/matching"
	"lianou/core/policy"
)

// alone is the Book of a day with an ID card's fee waived for 低保 alone.
func alone(t *testing.T, on string) *matching.Matcher {
	t.Helper()
	sources, err := policy.Sources()
	if err != nil {
		t.Fatal(err)
	}
	const start, end = "    when: ", "\n\n  - code: FG-01"
	files := fstest.MapFS{}
	err = fs.WalkDir(sources, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(sources, p)
		files[p] = &fstest.MapFile{Data: []byte(strings.Replace(string(b), start+"dibao_or_tekun"+end, start+"status.dibao"+end, 1))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lib, err := policy.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	day, err := core.ParseDate(on)
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(day)
	if err != nil {
		t.Fatal(err)
	}
	m, err := matching.Compile(book)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Both opinions come to the same bundle where an item asks for what the bundle gives up, by
// every version; and what was proposed by the rule of before is a lie by that of now.
//
// Control: let lacks give false (a trace of version 3 is worth too little: "a set worth … is
// better"), or needs begin at version 2.
func TestReplayAgreesOnWhatItemsNeed(t *testing.T) {
	t.Parallel()
	m := alone(t, "2026-01-01")
	draw := rand.New(rand.NewPCG(33, 34))
	little, none, no, age, supporter := core.Yuan(100), 0, false, 70, core.Supporter("none")
	hindered, settled := 0, 0
	for range rounds(400) {
		h := factstest.Quick(draw)
		h.On, h.Members = m.Book().From, h.Members[:1]
		h.IncomePerCapitaMonth, h.FinancialAssetsPerCapita, h.Cars, h.Houses, h.BusinessWithStaff = &little, &little, &none, &none, &no
		h.Members[0].Age, h.Members[0].Supporter = &age, &supporter
		var held *matching.Held
		if draw.IntN(3) == 0 {
			held = &matching.Held{Receiving: []matching.Receiving{{Item: []core.ItemCode{"MZ-01", "MZ-02"}[draw.IntN(2)], Amount: core.Yuan(draw.Int64N(2000)), Per: "month"}}}
		}
		for version := range matching.TraceVersion {
			b, err := m.As(version+1).Trace(&h, held, nil)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := replay.Check(b); wrong != nil {
				t.Fatalf("version %d: %s\nof %+v with %+v", version+1, strings.Join(wrong, "\n"), h, held)
			}
			if version+1 == 2 && held == nil {
				if wrong := replay.Check(sealedAs(3, bodyOf(t, b))); wrong != nil {
					hindered++
				} else {
					settled++
				}
			}
		}
	}
	t.Logf("%d of version 2 hold something that cannot be approved, %d do not", hindered, settled)
	if hindered < 20 || settled < 20 {
		t.Error("too few to tell")
	}
}
