package citybench

import (
	"io"
	"testing"
)

// Every bar is measured, from the making of a city to the last line, however small the city:
// a table that was added since must not stop `make bench`. Whether the bars are reached is
// what the bench says, of a city of the real size.
//
// Control: take lead_reopen out of forget; "measure B5: ERROR: cannot truncate a table".
func TestEveryBarIsMeasured(t *testing.T) {
	t.Parallel()
	lines, err := Run(t.Context(), Config{People: 1500, Rounds: 1, Notes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, l := range lines {
		t.Log(l.Text)
		seen[l.Bar] = true
	}
	for _, bar := range Bars() {
		if !seen[bar] {
			t.Errorf("no line of %s", bar)
		}
	}
}
