package book_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"lianou/core/rulebook"
)

// TestADraftIsReadOnceAtTheDesk: the page of a draft loads its sets of rules once; the second
// view, by another person, and what a standard is today load none.
//
// Red: with each view reading anew "the second view loads 3 sets".
func TestADraftIsReadOnceAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.takesBack()
	han, lin := o.as("han"), o.as("lin")
	const at = "/desk/book/draft/2"
	was := o.rules.Loads()
	if status, _ := o.ask(han, at, nil); status != http.StatusOK || o.rules.Loads() == was {
		t.Errorf("%d, the first view loads nothing", status)
	}
	was = o.rules.Loads()
	for _, path := range []string{at, at + "/standing?param=dibao.standard&area=rural", at + "/simulation"} {
		if status, _ := o.ask(lin, path, nil); status != http.StatusOK || o.rules.Loads() != was {
			t.Errorf("%s: %d, the second view loads %d sets", path, status, o.rules.Loads()-was)
		}
	}
}

// TestADraftThatCannotBeToldAtTheDesk: the page says in plain words which step cannot be read
// and who is to look at it, has no way to sign, and a form sent all the same is refused in the
// same words.
//
// Red: with the error swallowed "the page lacks …的第 2 步换上的文件读不出来".
func TestADraftThatCannotBeToldAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.takesBack()
	o.unreadable(2)
	han := o.as("han")
	const at, says = "/desk/book/draft/2", "这份草案的第 2 步换上的文件读不出来,说不出它改了什么,所以不能签署、不能发布。请管系统的人看一看这一步"
	status, page := o.ask(han, at, nil)
	if status != http.StatusOK || !strings.Contains(page, says) || !strings.Contains(page, `full gap" disabled>签署`) {
		t.Errorf("%d, the page lacks %q, or signs", status, says)
	}
	status, page = o.ask(han, at+"/sign", map[string][]string{"digest": {digest.FindStringSubmatch(page)[1]}, "apart": {"1"}})
	if status != http.StatusConflict || !strings.Contains(page, says) {
		t.Errorf("signed all the same: %d", status)
	}
}

// TestMoreStepsThanAreTold: a ninth step of files is not told by itself, and the page says what
// all of them do; what has no place among the lines is folded away, and there.
//
// Red: without the block and the fold the page lacks "从头到尾,这份草案改了" and "点开看".
func TestMoreStepsThanAreTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.takesBack()
	d, err := o.rules.Draft(t.Context(), 2)
	o.must(err)
	set, row := d.Files, `label: 特困照料护理标准(半护理)`
	for n := range 9 {
		text, _ := set.File("amounts.yaml")
		next, err := set.With("amounts.yaml", strings.Replace(text, row, row+strconv.Itoa(n), 1))
		if n == 8 {
			next, err = set.With("amounts.yaml", strings.ReplaceAll(text, "value: 1", "value: 2"))
		}
		o.must(err)
		o.must(o.rules.Change(t.Context(), d.Author, 2, rulebook.Step{Op: rulebook.Op{Files: set.Changes(next)}, Why: "会议"}))
		set = next
	}
	_, page := o.ask(o.as("lin"), "/desk/book/draft/2", nil)
	for _, want := range []string{"这一步没有单独说", "从头到尾,这份草案改了", "半护理)76543210(原来叫", "130 元/月(样本) → 240 元/月", "点开看"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
