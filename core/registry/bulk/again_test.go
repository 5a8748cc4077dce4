package bulk_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/core/registry/bulk"
)

// Where nothing is refused there is no refusal file: not of a file that came whole, not of one
// that was broken off and went on, not of one that comes again; one that the last time left
// goes, and what else lies in its place stays.
//
// Red: written whatever was refused, as it was ("… is there"); cleared whatever lies there
// ("a letter is gone").
func TestNothingRefusedLeavesNoFile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := filepath.Join(t.TempDir(), "refused.csv")
	run := func(ctx context.Context, content string, progress func(bulk.Progress)) (bulk.Result, error) {
		order := o.order(content)
		order.Refused, order.Progress = &bulk.RefusalFile{Path: path}, progress
		return o.imp.Run(ctx, order)
	}
	gone := func(when string) {
		t.Helper()
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s: %s is there: %v", when, path, err)
		}
	}
	good := head + line("赵大", id("19600101", 111), "1", "户主")
	res, err := run(t.Context(), good+line("钱二", "1", "2", "户主"), nil)
	if back := refused(t, path); err != nil || res.Refused != 1 || len(back) != 1 {
		t.Fatalf("%+v, %d rows in the refusal file: %v", res, len(back), err)
	}
	broken, stop := context.WithCancel(t.Context())
	half := good + line("钱二", id("19600102", 111), "2", "户主")
	if _, err := run(broken, half, func(p bulk.Progress) {
		if p.Phase == "check" {
			stop()
		}
	}); err == nil {
		t.Fatal("a file that was broken off is done")
	}
	if res, err = run(t.Context(), half, nil); err != nil || res.People != 1 || res.Known != 1 || res.Refused != 0 {
		t.Errorf("half of it was there: %+v %v", res, err)
	}
	gone("broken off and gone on with")
	if res, err = run(t.Context(), half, nil); err != nil || !res.Again {
		t.Errorf("again: %+v %v", res, err)
	}
	gone("again")
	const letter = "致县民政局\n"
	must(t, os.WriteFile(path, []byte(letter), 0o600))
	if _, err = run(t.Context(), half, nil); err != nil {
		t.Error(err)
	}
	if still, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(still), letter) {
		t.Errorf("a letter is gone: %v", err)
	}
}
