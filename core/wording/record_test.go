package wording_test

import (
	"testing"
	"time"

	"lianou/core"
	"lianou/core/wording"
)

// Of who was registered by an officer it is said when, and by what proof; nobody's record is
// named that has none of them.
//
// As it was, the first four read "部门登记".
func TestWhoRegisteredSomebodyIsSaid(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 16, 30, 0, 0, time.UTC) // the next morning in China
	for said, want := range map[string]string{
		"registry:people:officer:7,village":     "工作人员 2026-11-30 登记的,村里证明",
		"registry:people:officer:7,paper,hukou": "工作人员 2026-11-30 登记的,看过证件、证明原件",
		"registry:people:officer:7":             "工作人员 2026-11-30 登记的",
		"registry:people:id_number":             "身份证号上",
		"registry:people":                       "导入的名单,记在 2026-11",
		"registry:population":                   "公安户籍 2026-11 的记录",
	} {
		if got := wording.Record(core.Provenance{Said: said, At: at}); got != want {
			t.Errorf("%s reads %q, want %q", said, got, want)
		}
	}
}
