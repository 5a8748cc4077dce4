package book

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// problems is ErrProblems where what is wrong follows it.
const problems = "这样改以后,政策有不通的地方,所以没有保存:"

// shown is how many problems a refusal names; the rest is a number.
const shown = 3

// refused is refusal by the words of a draft.
func (b *Room) refused(ctx context.Context, draft int64, at desk.At, err error) error {
	if !errors.Is(err, rulebook.ErrProblems) {
		return err
	}
	f, broken := b.d.Rules.Draft(ctx, draft)
	if broken != nil {
		return refusal(err, nil)
	}
	read, broken := b.read(ctx, &f, at)
	if broken != nil {
		return refusal(err, nil)
	}
	return refusal(err, read.Called)
}

// refusal puts what policy found wrong behind the sentence that says so, each by what people
// call the thing that is wrong: nobody at a desk has the files (lianou policy check names file
// and line).
func refusal(err error, called func(string) string) error {
	var bad policy.Problems
	if errors.Is(err, rulebook.ErrUntold) || !errors.Is(err, rulebook.ErrProblems) || !errors.As(err, &bad) {
		return err
	}
	var out strings.Builder
	out.WriteString(problems)
	for i, p := range bad {
		if i == shown {
			out.WriteString(" ……")
			break
		}
		out.WriteString(" ")
		if called != nil {
			if name := called(p.Item); name != "" {
				out.WriteString(name + ":")
			}
		}
		out.WriteString(rulebook.Shown(p.Say))
	}
	return core.E(core.KindInvalid, rulebook.ErrProblems.Code, out.String()).Wrap(err)
}

// fieldOf are the fields of the forms that refusals are about, by their code. The page says
// it beside the field and leads there.
var fieldOf = map[string]string{
	rulebook.ErrDay.Code: "from", rulebook.ErrSwitchDay.Code: "from", rulebook.ErrSwitched.Code: "turn", rulebook.ErrWhy.Code: "why",
	"invalid_counties": "county", "invalid_text": "value", "invalid_weights": "A",
}

// pointed names the field of a form that a refusal is about: its own, the one by its code,
// or for what the rules as a whole refuse, the form's main one.
func pointed(err error, main string) error {
	var e *core.Error
	if !errors.As(err, &e) {
		return err
	}
	out := *e
	if to := fieldOf[e.Code]; to != "" {
		out.Field = to
	} else if e.Code == rulebook.ErrProblems.Code || e.Code == rulebook.ErrNothing.Code {
		out.Field = main
	}
	return &out
}

// mainField is what a form is about, where a fault of the whole is shown.
func mainField(op rulebook.Op) string {
	switch {
	case op.Switch != nil:
		return "from"
	case op.Weights != nil:
		return "A"
	}
	return "value"
}

// turn stops an item or takes it up again.
func (b *Room) turn(w http.ResponseWriter, r *http.Request, at desk.At) error {
	from, err := dayOf(r, "from")
	if err != nil {
		return err
	}
	return b.step(w, r, at, "switch", rulebook.Op{Switch: &rulebook.Switch{Code: core.ItemCode(r.FormValue("item")), On: r.FormValue("turn") == "on", From: from}})
}

// dayOf reads a day of a form. A year of fewer digits is a slip that browsers let pass.
func dayOf(r *http.Request, name string) (core.Date, error) {
	typed := strings.TrimSpace(r.FormValue(name))
	d, err := core.ParseDate(typed)
	switch year, _, _ := strings.Cut(typed, "-"); {
	case err == nil && d.Time().Year() >= 1990 && d.Time().Year() <= 2100:
		return d, nil
	case typed == "":
		return 0, core.Invalid(name, "请选从哪一天起。")
	case strings.Trim(year, "0123456789") == "" && year != "":
		if n := strings.TrimLeft(year, "0"); len(n) != 4 || err == nil {
			return 0, core.Invalid(name, "年份写的是 "+n+" 年。请写四位数的年份,比如 2026 年。")
		}
	}
	return 0, core.Invalid(name, "日期没有写对。请写成 2026-07-01 这样。")
}

// act runs one act on a draft and goes back to its page.
func (b *Room) act(w http.ResponseWriter, r *http.Request, at desk.At, said string, do func(id int64) error) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return pointed(b.refused(r.Context(), id, at, err), "")
	}
	return desk.Back(w, r, home(id), said)
}

var errNotSure = core.Invalid("sure", "请先勾上「这一步收回」。")

// undo takes one step of a draft back.
func (b *Room) undo(w http.ResponseWriter, r *http.Request, at desk.At) error {
	n, err := strconv.Atoi(r.FormValue("step"))
	if err != nil {
		return rulebook.ErrNotThere
	}
	if r.FormValue("sure") == "" {
		return errNotSure
	}
	return b.act(w, r, at, "第 "+strconv.Itoa(n)+" 步收回了。", func(id int64) error {
		return b.d.Rules.TakeBack(r.Context(), at.Staff.ID, id, n, r.FormValue("why"))
	})
}

func (b *Room) sign(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return b.act(w, r, at, "签署了。请另一位市级人员核对、发布。", func(id int64) error {
		return b.d.Rules.Sign(r.Context(), at.Staff.ID, rulebook.Signature{Draft: id, Digest: r.FormValue("digest"), Apart: r.FormValue("apart") != ""})
	})
}

func (b *Room) reopen(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return b.act(w, r, at, "签署收回了,可以接着改。", func(id int64) error { return b.d.Rules.Reopen(r.Context(), at.Staff.ID, id) })
}

func (b *Room) rebase(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return b.act(w, r, at, "换到新的一版上了。请再看一遍改动,再签署。", func(id int64) error { return b.d.Rules.Rebase(r.Context(), at.Staff.ID, id) })
}

func (b *Room) withdraw(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return b.act(w, r, at, "这份草案撤回了。", func(id int64) error { return b.d.Rules.Withdraw(r.Context(), at.Staff.ID, id, r.FormValue("why")) })
}

var errNotRead = core.Invalid("read", "请先看完这一页上的改动,勾上「我看过了」。")

func (b *Room) publish(w http.ResponseWriter, r *http.Request, at desk.At) error {
	from, err := dayOf(r, "from")
	if err != nil {
		return err
	}
	if r.FormValue("read") == "" {
		return errNotRead
	}
	return b.act(w, r, at, "发布了,从 "+from.SayWhole()+"起按它办。", func(id int64) error {
		_, err := b.d.Rules.Publish(r.Context(), at.Staff.ID, rulebook.Publication{Draft: id, Digest: r.FormValue("digest"), From: from, Apart: r.FormValue("apart") != ""})
		return err
	})
}
