package interview

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
)

// What somebody says beside the questions is read whole by whoever reads the application,
// or they are told that it was not kept: nothing vanishes, however often and however long
// they speak. A fact in words for which there is no room is kept all the same.
//
// Controls: keep that cuts its words ("neither kept nor told"); keep that says nothing past
// the last place ("neither kept nor told"); that drops the facts with the words ("the fact
// is gone").
func TestBesideIsKeptOrSaidToBeLost(t *testing.T) {
	t.Parallel()
	iv, err := NewInterviewer()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := iv.Begin(core.NewDate(2026, 11, 28), "371426", Known{})
		c.Known.Fields = map[string]string{storyKey: strings.Repeat("难", rapid.IntRange(0, 3990).Draw(t, "story"))}
		step := Step{Ref: "form/applicant.name", Question: iv.form.question("form/applicant.name")}
		for i := range rapid.IntRange(1, 12).Draw(t, "asides") {
			words := string(rune(0x5000+i)) + strings.Repeat("苦", rapid.SampledFrom([]int{3, 90, 1001, 3000}).Draw(t, "long"))
			if lost := iv.Remark(c, words, core.Provenance{}); (lost == "") != strings.Contains(iv.Story(c, MostTold), words) {
				t.Fatalf("%d characters: neither kept nor told, or both: %q", len([]rune(words)), lost)
			}
		}
		for range rapid.IntRange(0, 1).Draw(t, "full") * mostAsides {
			iv.keep(c, Aside{Facts: []Beside{{Key: "renting", Value: []byte("true")}}})
		}
		full := len(c.Asides) >= mostAsides
		said := "孩子得了白血病," + strings.Repeat("看病花光了", 10)
		_, heard, lost := iv.Aside(c, step, said, core.Provenance{})
		last := c.Asides[len(c.Asides)-1]
		switch {
		case full && (lost == "" || heard != ""):
			t.Fatalf("no place left, told %q and %q", heard, lost)
		case !full && (len(last.Facts) != 1 || last.Facts[0].Key != "illness"):
			t.Fatalf("the fact is gone: %+v", last)
		case !full && (lost == "") != strings.Contains(iv.Story(c, MostTold), said):
			t.Fatalf("words with a fact: neither kept nor told: %q", lost)
		}
	})
}
