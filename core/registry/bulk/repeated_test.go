package bulk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lianou/core/pg/pgtest"
	"lianou/core/registry/bulk"
)

// TestRowsOverAndOver: a file of a hundred thousand rows that say the same of two thousand
// people again and again, written in two ways, brings each of them in once. Who is written
// with two names comes back with both rows, and nothing of it is in the store; the memory
// does not grow with the file. A million such rows are the same to it (performance: 78 MB
// at most, for 120,000 people).
// Controls: compare without dropRepeated (every one of them is refused as contradicting
// themselves); chunkRows and batchRows of a million (56 MB of live heap).
func TestRowsOverAndOver(t *testing.T) { // alone: its neighbours' memory is no part of the bound
	env := pgtest.New(t)
	o := office{t: t, env: env}
	imp, err := importerOf(env.DB(pgtest.Import))
	must(t, err)
	const n, people = 100_000, 2_000
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		who, round := i%people, i/people
		name := string([]rune("赵钱孙李周吴郑王")[who%8]) + string(rune(0x4e00+who))
		number := id(fmt.Sprintf("19%02d%02d%02d", 40+who/200, 1+who/20%10, 1+who%20), 101)
		switch {
		case round%2 == 1:
			name += " " // the same to a reader of names, not to one of bytes
		case round == 20 && who%100 == 5:
			name += "某"
		}
		b.WriteString(line(name, number, fmt.Sprintf("N%d", who/4), "其他"))
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	must(t, os.WriteFile(path, []byte(b.String()), 0o600))
	b.Reset()
	most := uint64(0)
	res, err := runFile(t.Context(), imp, path, false, func(bulk.Progress) {
		most = max(most, liveHeap())
	})
	must(t, err)
	bad := refused(t, path+".refused")
	const twice = people / 100
	if res.Rows != n || res.People != people-twice || res.Refused != 2*twice || res.Repeated != n-people-twice || len(bad) != 2*twice {
		t.Errorf("%+v, %d refused in the file", res, len(bad))
	}
	if in, waiting := o.count(`select count(*) from person`), o.count(`select count(*) from bulk_row`); in != people-twice || waiting != 0 {
		t.Errorf("%d people in the store, %d rows still wait", in, waiting)
	}
	if !slices.ContainsFunc(bad, func(line []string) bool { return strings.Contains(line[2], "另见第 40007 行") }) {
		t.Errorf("the refused rows do not name one another: %q", bad[:2])
	}
	t.Logf("%d MB of live heap at most", most>>20)
	if most > 40<<20 { // a hundred thousand rows at once are more
		t.Errorf("%d MB of live heap", most>>20)
	}
}
