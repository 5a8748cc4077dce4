package bulk_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"lianou/core/registry"
	"lianou/core/registry/bulk"
)

// The list of places comes in under Chinese headings and in GB18030 as it does in its
// own form; one bad row refuses all of it and is named.
// Control: of() without the words for the mark of invented places.
func TestPlacesFromAnyTable(t *testing.T) {
	t.Parallel()
	shipped, err := os.ReadFile(filepath.Join("..", "data", "regions.csv"))
	must(t, err)
	_, rows, _ := strings.Cut(string(shipped), "\n")
	chinese, err := simplifiedchinese.GB18030.NewEncoder().String("区划代码,名称,旧代码,虚构,备注\n" + strings.ReplaceAll(rows, ",1\n", ",是\n"))
	must(t, err)
	want, err := registry.EmbeddedRegions()
	must(t, err)
	for name, content := range map[string]string{"its own": string(shipped), "the city's": chinese} {
		m := bulk.Mapping{}
		if name != "its own" {
			m.Ignore = []string{"备注"}
		}
		got, err := bulk.ReadRegions(look(t, []byte(content)), m)
		if err != nil {
			t.Errorf("%s: %v %s", name, err, saying(err))
			continue
		}
		a, _ := got.Place("371426104200")
		b, _ := want.Place("371426104200")
		if got.Len(registry.LevelVillage) != want.Len(registry.LevelVillage) || a.Name != b.Name || a.Synthetic != b.Synthetic {
			t.Errorf("%s: %+v, want %+v", name, a, b)
		}
	}
	for bad, say := range map[string]string{
		"code,name\n371400,德州市\n371499001,飞来镇\n": "第 3 行",
		"code,name,color\n371400,德州市,red\n":      "“color”不认识",
		"name\n德州市\n":                            "两列",
	} {
		if _, err := bulk.ReadRegions(look(t, []byte(bad)), bulk.Mapping{}); !strings.Contains(saying(err), say) {
			t.Errorf("%q: %q", bad, saying(err))
		}
	}
}

// One file at a time: a second import is told to wait.
// Control: lock() that does not look whether it got the lock.
func TestOneImportAtATime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	order := o.order(head + line("赵大", id("19600101", 111), "H1", "户主"))
	var busy error
	order.Progress = func(p bulk.Progress) {
		if p.Phase == "check" {
			_, busy = o.imp.Run(t.Context(), o.order(head+line("钱二", id("19620202", 122), "H2", "户主")))
		}
	}
	if res, _ := o.bring(order); res.People != 1 || !errors.Is(busy, bulk.ErrBusy) {
		t.Errorf("%+v, the other: %v", res, busy)
	}
}

// A mapping that is none is refused, whatever it holds; one that is, is kept.
func FuzzMapping(f *testing.F) {
	f.Add([]byte("columns: {证号: id_number}\nignore: [备注]\n"))
	f.Add([]byte("constant:\n  relation: 其他\nvalues:\n  disability.kind: {肢残: 肢体}\n"))
	f.Add([]byte("columns: [1, 2]\nother: x\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := bulk.ParseMapping(b); err != nil && saying(err) == "" {
			t.Fatalf("no sentence for %v", err)
		}
	})
}
