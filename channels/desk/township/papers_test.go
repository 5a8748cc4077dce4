package township

import (
	"slices"
	"strings"
	"testing"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/mandate"
)

func TestPapersAreNamedByTheirPlace(t *testing.T) {
	t.Parallel()
	v := casefile.View{Papers: []core.Paper{{Kind: core.PaperOral, Digest: "a"}, {Kind: core.PaperIDFront, Digest: "b"}}, Signature: core.Signature{Strokes: "c"},
		Visits: []casefile.Visit{{ID: 9, Signatures: map[string]core.BlobDigest{"household": "h"}}, {ID: 4, Photos: []core.BlobDigest{"p", "q"}, Recording: "r"}}}
	var names []string
	for _, p := range papersOf(v) {
		names = append(names, p.Name+"="+p.Kind+string(p.digest))
	}
	want := []string{"1=sounda", "2=photob", "signature=strokesc", "visit1.photo1=photop", "visit1.photo2=photoq", "visit1.recording=soundr", "visit2.household=strokesh"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q", names)
	}
}

// A fold is labelled by what lies in it, each sort once; sound is played beside it.
//
// Control: the label as it was, the same over everything ("got 看照片、签名").
func TestPapersAreLabelledByWhatTheyAre(t *testing.T) {
	t.Parallel()
	v := casefile.View{Papers: []core.Paper{{Kind: core.PaperOral}, {Kind: core.PaperIDFront}, {Kind: core.PaperIDBack}, {Kind: core.PaperHukou}, {Kind: core.PaperOther}}, Signature: core.Signature{Strokes: "c"},
		Supplements: []casefile.Supplement{{ID: 1, Papers: []core.Paper{{Kind: core.PaperHukou}}}, {ID: 2, Papers: []core.Paper{{Kind: core.PaperOther}, {Kind: core.PaperOther}}}},
		Visits:      []casefile.Visit{{ID: 4, Photos: []core.BlobDigest{"p", "q"}, Recording: "r"}, {ID: 9, Photos: []core.BlobDigest{"s"}, Signatures: map[string]core.BlobDigest{"first": "f", "second": "g"}}}}
	p := casePage{View: v}
	mandates := acting([]mandate.Mandate{{ID: 7, Proved: true}}, 0)
	for what, list := range map[string][]paper{"看身份证照片、户口本照片、照片、签名": p.PapersOf(0), "看户口本照片": p.MoreOf(1), "看照片": p.MoreOf(2), "看照片、签名": p.PapersOf(9), "看证明": mandates[0].Proof} {
		if got := lookAt(list); len(list) == 0 || got != what {
			t.Errorf("got %s, want %s", got, what)
		}
	}
	if got := lookAt(p.PapersOf(4)); got != "看照片" {
		t.Errorf("a visit without signatures: got %s", got)
	}
}

// Control: sounds by digest, as the addresses once were: "a sound opens by its digest".
func TestSoundsAreNamedByTheirPlace(t *testing.T) {
	t.Parallel()
	v := casefile.View{Recording: "r1", Applications: []casefile.Linked{{Application: "a-1", Recording: "r1"}, {Application: "a-2", Recording: "r2"}, {Application: "a-3"}},
		Visits: []casefile.Visit{{ID: 9}, {ID: 4, Recording: "r3"}}}
	got := sounds(v)
	for place, want := range map[string]core.BlobDigest{"application.a-1": "r1", "application.a-2": "r2", "application.a-3": "", "visit.4": "r3", "visit.9": "", "visit.5": ""} {
		if got[place] != want {
			t.Errorf("%s is %q, want %q", place, got[place], want)
		}
	}
	for _, digest := range []string{"r1", "r2", "r3", ""} {
		if got[digest] != "" {
			t.Errorf("a sound opens by its digest %q", digest)
		}
	}
}

// Nothing but numbers comes out of strokes, whatever lies in them.
func TestStrokesAreDrawn(t *testing.T) {
	t.Parallel()
	got, err := drawn([]byte(`[{"penColor":"\"><script>","points":[{"x":10,"y":20,"time":1},{"x":30.25,"y":5}]},{"points":[{"x":12,"y":9}]}]`))
	if err != nil || !strings.Contains(got, `viewBox="-2.0 -7.0 44.2 39.0"`) || !strings.Contains(got, `d="M10.0 20.0L30.2 5.0M12.0 9.0"`) || strings.Contains(got, "script") {
		t.Errorf("%s %v", got, err)
	}
	for _, bad := range []string{"", "[]", `[{"points":[]}]`, `[{"points":[{"x":"1"}]}]`} {
		if got, err := drawn([]byte(bad)); core.KindOf(err) != core.KindInternal {
			t.Errorf("%s: %s %v", bad, got, err)
		}
	}
}

// Every source that a fact can have has its words. Control: once, "id_number" was
// called a person's own word and "registry:means" had none.
func TestSourcesAreSaid(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]core.Provenance{
		"收入财产核对的记录": {Said: "registry:means"}, "残联 2024-03 的记录": {Said: "registry:disability", At: at}, "住建局 2024-03 的记录": {Said: "registry:housing", By: "app", At: at},
		"部门登记": {Said: "registry:x"}, "入户核实": {Said: "visit"}, "身份证号上": {Said: "id_number"},
		"电话里说,待核": {Said: "citizen", CallID: "c"}, "本人说,待核": {Said: "citizen"}, "代报的人说,待核": {Said: "contact"}, "来源不明": {},
	} {
		if got, _ := desk.SourceOf(p); got != want {
			t.Errorf("%+v is said %q, want %q", p, got, want)
		}
	}
}
