package rulebook_test

import (
	"errors"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/rulebook"
)

// TestWhoStaysBehindIsNamed: a standard raised for 各县 leaves the counties with rows of their own
// as they are: the step, the question and the edition name them with their amount; a step that
// raises all there is says nothing of it. By a newcomer, who raised four counties less than all.
//
// Red, the old code: "the step: … does not end in ;另有自己标准、不变的:…" and so the two others.
func TestWhoStaysBehindIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	today := w.today(t)
	op := func(area core.Area, value string) rulebook.Op {
		return rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Area: area, Value: value, From: today, Source: "文件"}}
	}
	code := func(c core.RegionCode) string { return string(c) }
	const stay = ";另有自己标准、不变的:371402、371403、371471、371472 城镇 620 元/月(样本)"
	f := w.signed(t, w.han, op("urban", "650"))
	read, err := w.store.Read(t.Context(), &f, code, func() error { return nil })
	must(t, err)
	if told := strings.Join(read.Steps[1].Lines, "\n"); !strings.HasSuffix(told, "650 元/月,从 "+today.String()+" 起"+stay) {
		t.Errorf("the step: %s does not end in %s", told, stay)
	}
	id, err := w.store.Begin(t.Context(), w.han, "提高")
	must(t, err)
	var e *core.Error
	if err := w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: op("urban", "6500"), Why: "会议", Names: code}); !errors.As(err, &e) || !strings.Contains(e.Say, stay) {
		t.Errorf("the question: %v", err)
	}
	for area, want := range map[core.Area]string{"urban": stay, "rural": ""} {
		to, err := op(area, "650").Apply(shipped(t))
		must(t, err)
		told, err := shipped(t).Tell(to, today, code)
		must(t, err)
		if all := strings.Join(told.Lines, "\n"); !strings.HasSuffix(all, "起"+want) {
			t.Errorf("the edition, %s: %s", area, all)
		}
	}
}
